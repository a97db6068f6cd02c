import { createSecretKey, timingSafeEqual } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import type { AccessKeyStore, StoredAccessKey } from '@adsum/engine/ports'
import { AdsumError } from '@adsum/protocol'
import { derivedKey, keyedHash } from './cipher.ts'
import { writeFileOffLoop } from './off-loop-files.ts'
import { adsumError } from './writer-thread.ts'

/** Read and written by the owner alone. */
const FILE_MODE = 0o600
/** Layout of the file; a newer one is refused. */
const VERSION = 1

/**
 * The access keys of a data directory in one JSON file, small and replaced whole:
 *
 *   { "version": 1, "mac": "<hex>", "keys": [ … ] }
 *
 * Secrets are kept as HMAC-SHA-256 under a key derived from the root key, and `mac` is one over the
 * keys: whoever can write to the data directory, but cannot read `keys/`, can neither make up a key
 * nor widen one.
 */
export class AccessKeysFile implements AccessKeyStore {
  readonly #path: string
  readonly #hashKey: Uint8Array
  readonly #macKey: Uint8Array

  constructor(path: string, root: Uint8Array) {
    this.#path = path
    const key = createSecretKey(root)
    this.#hashKey = derivedKey(key, 'access key secrets')
    this.#macKey = derivedKey(key, 'access keys file')
  }

  async list(): Promise<StoredAccessKey[]> {
    if (!existsSync(this.#path)) return []
    const { version, mac, keys } = this.#read()
    if (version !== VERSION || typeof mac !== 'string' || !Array.isArray(keys)) {
      throw this.#corrupt()
    }
    const [kept, right] = [Buffer.from(mac, 'hex'), Buffer.from(this.#mac(keys), 'hex')]
    if (kept.length !== right.length || !timingSafeEqual(kept, right)) throw this.#corrupt()
    // The mac holds, so these are keys that this class has written.
    return keys as StoredAccessKey[]
  }

  async replace(keys: readonly StoredAccessKey[]): Promise<void> {
    const text = JSON.stringify({ version: VERSION, mac: this.#mac(keys), keys }, null, 2)
    try {
      await writeFileOffLoop(this.#path, Buffer.from(`${text}\n`), FILE_MODE)
    } catch (error) {
      throw adsumError(error, this.#path)
    }
  }

  hash(secret: string): string {
    return keyedHash(this.#hashKey, secret).toString('hex')
  }

  #mac(keys: readonly unknown[]): string {
    return keyedHash(this.#macKey, JSON.stringify(keys)).toString('hex')
  }

  #read(): { version?: unknown; mac?: unknown; keys?: unknown } {
    try {
      const parsed: unknown = JSON.parse(readFileSync(this.#path, 'utf8'))
      if (typeof parsed === 'object' && parsed !== null) return parsed
    } catch (fault) {
      if (!(fault instanceof SyntaxError)) throw adsumError(fault, this.#path)
    }
    throw this.#corrupt()
  }

  #corrupt(): AdsumError {
    return new AdsumError('data_corrupt', { what: this.#path })
  }
}
