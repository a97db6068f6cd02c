export { cinema } from './declaration.ts'
export { type CinemaEvent, type CinemaItem, type CinemaWorld, cinemaWorld } from './world.ts'
