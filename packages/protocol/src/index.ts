export {
  AdsumError,
  type ErrorCode,
  type ErrorDetails,
  errorMessage,
  errorTable,
} from './errors.ts'
export * from './limits.ts'
export { APP_HEADER, type Route, type RouteName, routes } from './routes.ts'
export * from './schemas.ts'
