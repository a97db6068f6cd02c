import { createWriteStream } from 'node:fs'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { AdsumError, FILE_BYTES_MAX, FILE_NAME_LENGTH_MAX, type FileView } from '@adsum/protocol'
import { newId } from '../app/ids.ts'
import type { Clock, Entropy } from '../ports.ts'
import { openDataSet } from './data-set.ts'
import { type UnderstoodFile, understand, viewFile } from './file-view.ts'

/** Uploads kept at once; a further one takes the place of the oldest. */
export const UPLOADS_MAX = 20
/** Uploads arriving at once. */
const ARRIVING_MAX = 4
/** Milliseconds that an upload is kept after it arrived. */
export const UPLOAD_KEPT_MS: number = 60 * 60 * 1000
/** Milliseconds between two looks for uploads that are too old. */
const SWEEP_MS = 60 * 1000

/** A file that someone sent. */
export interface Upload extends UnderstoodFile {
  readonly id: string
  readonly name: string
  readonly path: string
  readonly arrived: number
  /** Jobs that read it; it stays as long as there are any. */
  jobs: number
}

export interface UploadsOptions {
  /** Belongs to the uploads: it is emptied at the start. */
  readonly folder: string
  readonly clock: Clock
  readonly entropy: Entropy
  /** Where faults go that nobody waits for. */
  readonly report: (fault: unknown, what: string) => void
}

/**
 * Files that people sent, in a folder of their own, each for an hour. The folder belongs to this
 * class: whatever lies in it from an earlier process is removed.
 */
export class Uploads {
  readonly #folder: string
  readonly #clock: Clock
  readonly #entropy: Entropy
  readonly #uploads = new Map<string, Upload>()
  readonly #sweeping: NodeJS.Timeout
  #arriving = 0

  private constructor({ folder, clock, entropy, report }: UploadsOptions) {
    this.#folder = folder
    this.#clock = clock
    this.#entropy = entropy
    this.#sweeping = setInterval(() => {
      this.#sweep().catch((fault: unknown) => report(fault, 'removing old uploads'))
    }, SWEEP_MS)
    this.#sweeping.unref()
  }

  static async open(options: UploadsOptions): Promise<Uploads> {
    const { folder } = options
    await mkdir(folder, { recursive: true, mode: 0o700 })
    for (const left of await readdir(folder)) await rm(join(folder, left), { recursive: true })
    return new Uploads(options)
  }

  /**
   * Takes a file in and says what its columns were taken for.
   * @throws AdsumError `overloaded`, `file_too_large`, `file_empty`, `file_columns_unclear`,
   *   `data_directory_full`; whatever the body throws. Nothing is kept then.
   */
  async take(name: string, body: AsyncIterable<Uint8Array>): Promise<FileView> {
    await this.#sweep()
    if (this.#arriving >= ARRIVING_MAX) throw new AdsumError('overloaded')
    const id = newId('f', this.#entropy)
    const path = join(this.#folder, id)
    const shown = plainName(name)
    this.#arriving++
    try {
      const bytes = await this.#write(path, body)
      const understood = understand(await openDataSet(path, { name: shown }))
      await this.#makeRoom()
      const now = this.#clock.now()
      this.#uploads.set(id, { ...understood, id, name: shown, path, arrived: now, jobs: 0 })
      return viewFile(understood, { file: id, name: shown, bytes }, now)
    } catch (fault) {
      await rm(path, { force: true })
      throw fault
    } finally {
      this.#arriving--
    }
  }

  /** @throws AdsumError `file_unknown` when there is none, or it is too old. */
  async get(id: string): Promise<Upload> {
    await this.#sweep()
    const upload = this.#uploads.get(id)
    if (upload === undefined) throw new AdsumError('file_unknown', { file: id })
    return upload
  }

  /** Removes every upload. */
  async close(): Promise<void> {
    clearInterval(this.#sweeping)
    for (const upload of [...this.#uploads.values()]) await this.#remove(upload)
  }

  async #write(path: string, body: AsyncIterable<Uint8Array>): Promise<number> {
    let bytes = 0
    const capped = async function* (): AsyncGenerator<Uint8Array> {
      for await (const chunk of body) {
        bytes += chunk.length
        if (bytes > FILE_BYTES_MAX)
          throw new AdsumError('file_too_large', { limit: FILE_BYTES_MAX })
        yield chunk
      }
    }
    try {
      await pipeline(capped, createWriteStream(path, { mode: 0o600, flags: 'wx' }))
    } catch (cause) {
      const full = cause instanceof Error && 'code' in cause && cause.code === 'ENOSPC'
      throw full ? new AdsumError('data_directory_full', { path: this.#folder }, { cause }) : cause
    }
    return bytes
  }

  async #makeRoom(): Promise<void> {
    while (this.#uploads.size >= UPLOADS_MAX) {
      const oldest = [...this.#uploads.values()].find(({ jobs }) => jobs === 0)
      if (oldest === undefined) throw new AdsumError('overloaded')
      await this.#remove(oldest)
    }
  }

  async #sweep(): Promise<void> {
    const latest = this.#clock.now() - UPLOAD_KEPT_MS
    const old = [...this.#uploads.values()].filter(({ arrived, jobs }) => arrived < latest && !jobs)
    for (const upload of old) await this.#remove(upload)
  }

  async #remove(upload: Upload): Promise<void> {
    this.#uploads.delete(upload.id)
    await rm(upload.path, { force: true })
  }
}

/** A name without folders and control characters; it is shown and decides about known layouts only. */
function plainName(name: string): string {
  const last = name.split(/[/\\]/).at(-1) ?? ''
  const plain = last.replace(/\p{Cc}/gu, '').slice(0, FILE_NAME_LENGTH_MAX)
  return plain === '' ? 'file' : plain
}
