import { createHmac } from 'node:crypto'
import type { Receipt } from '@adsum/protocol'
import type { AppStore } from '../ports.ts'

/** Documents of the store that hold receipts. */
const RECEIPT_PREFIX = 'receipt/'

/** A receipt before it is signed. */
export type UnsignedReceipt = Omit<Receipt, 'signature'>

/**
 * The receipts of one app. Each is signed with the app's secret over its whole content; when the model
 * that contained the person has been replaced, the receipt says so and is signed anew.
 */
export class Receipts {
  readonly #store: AppStore
  readonly #secret: Uint8Array
  /** Receipts whose model is not replaced yet, with the count of erasures that a new one must have seen. */
  readonly #pending = new Map<
    string,
    { readonly receipt: UnsignedReceipt; readonly erasures: number }
  >()

  constructor(store: AppStore, secret: Uint8Array) {
    this.#store = store
    this.#secret = secret
  }

  /** Finds the receipts that an earlier process left pending. */
  async load(): Promise<void> {
    for (const key of await this.#store.listDocuments(RECEIPT_PREFIX)) {
      const receipt = await this.read(key.slice(RECEIPT_PREFIX.length))
      if (receipt?.model.status !== 'pending') continue
      const { signature: _, ...unsigned } = receipt
      this.#pending.set(receipt.receipt, { receipt: unsigned, erasures: 0 })
    }
  }

  async read(id: string): Promise<Receipt | null> {
    const text = await this.#store.readDocument(RECEIPT_PREFIX + id)
    return text === null ? null : (JSON.parse(text) as Receipt)
  }

  /** @param erasures erasures carried out so far, this one included. */
  async issue(unsigned: UnsignedReceipt, erasures: number): Promise<Receipt> {
    if (unsigned.model.status === 'pending') {
      this.#pending.set(unsigned.receipt, { receipt: unsigned, erasures })
    }
    return this.#write(unsigned)
  }

  /**
   * A model that has seen this many erasures serves now (null: none, as nobody is left to learn from),
   * and the ones before it are destroyed.
   */
  async modelReplaced(next: string | null, at: string, erasures: number): Promise<void> {
    for (const [id, pending] of [...this.#pending]) {
      if (pending.erasures > erasures) continue
      this.#pending.delete(id)
      const model = { ...pending.receipt.model, status: 'replaced' as const, next, at }
      await this.#write({ ...pending.receipt, model })
    }
  }

  async #write(unsigned: UnsignedReceipt): Promise<Receipt> {
    const receipt = this.#sign(unsigned)
    await this.#store.putDocument(RECEIPT_PREFIX + unsigned.receipt, JSON.stringify(receipt))
    return receipt
  }

  #sign(unsigned: UnsignedReceipt): Receipt {
    const signature = createHmac('sha256', this.#secret)
      .update(canonicalJson(unsigned))
      .digest('hex')
    return { ...unsigned, signature: `hmac:${signature}` }
  }
}

/** JSON with the keys of every object in code-unit order, so that equal content has equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
}
