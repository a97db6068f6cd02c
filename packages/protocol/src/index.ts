export * from './access.ts'
export * from './access-schemas.ts'
export * from './data-schemas.ts'
export * from './decide-schemas.ts'
export {
  APP_HEADER,
  BEACON_CONTENT_TYPE,
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
export * from './id-schema.ts'
export * from './limits.ts'
export type { PersonalizerMapping } from './personalizer-mapping.ts'
export {
  type Route,
  type RouteAnswer,
  type RouteBody,
  type RouteQuery,
  routes,
} from './routes.ts'
export * from './schemas.ts'
export {
  ANY_NAME,
  SEGMENT_TYPES,
  type SegmentMapping,
  type SegmentRule,
  type SegmentType,
} from './segment-mapping.ts'
