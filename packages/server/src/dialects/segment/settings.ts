/** What a browser client asks for before it sends anything: where to send to. */
export interface SegmentSettings {
  readonly integrations: {
    readonly 'Segment.io': {
      readonly apiKey: string
      /** Host and base path, without a scheme. */
      readonly apiHost: string
      readonly protocol: 'http' | 'https'
    }
  }
}

/** Settings that send a client back to the host on which it asked. */
export function settingsFor(
  writeKey: string,
  host: string,
  protocol: 'http' | 'https',
): SegmentSettings {
  return {
    integrations: { 'Segment.io': { apiKey: writeKey, apiHost: `${host}/v1`, protocol } },
  }
}
