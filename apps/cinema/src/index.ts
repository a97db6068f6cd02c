export { cinema } from './declaration.ts'
export {
  type CinemaEvent,
  type CinemaItem,
  type CinemaWorld,
  cinemaWorld,
  demonstration,
} from './world.ts'
