/** A row that is to be looked at: its key, and about how many bytes it has. */
export interface TableRow {
  readonly row: number
  readonly bytes: number
}
