export {
  APP_HEADER,
  type Endpoint,
  endpoints,
  FILE_CONTENT_TYPES,
  type RouteName,
} from './endpoints.ts'
export {
  AdsumError,
  type ErrorCode,
  type ErrorDetails,
  errorBody,
  errorMessage,
  errorTable,
  isErrorCode,
} from './errors.ts'
export * from './limits.ts'
export {
  type Route,
  type RouteAnswer,
  type RouteBody,
  type RouteQuery,
  routes,
} from './routes.ts'
export * from './schemas.ts'
