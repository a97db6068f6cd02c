// The header of a pair table, 64 bytes of int32 fields in linear memory, and its carries.
//
// A total is an int64 in meaning: its low 32 bits lie in the record, and what leaves them is
// counted here, by lane, in units of 2^32. Most tables never need a carry.

export const RECORDS: usize = 0
export const FORWARD: usize = 4
export const SWAPPED: usize = 8
export const SCALES: usize = 12
export const LANES: usize = 16
export const WINDOW: usize = 20
export const CARRIES: usize = 24
export const CARRY_CAPACITY: usize = 28
export const CARRY_COUNT: usize = 32
/** 1 while a thread changes the carries. */
const CARRY_LOCK: usize = 36
/** Bytes of one carry: the lane index plus one (0 marks a free place), then the carry. */
export const CARRY_BYTES: usize = 8

/** Address of the record of the raw ids a <= b, given the bytes of a record. */
export function recordAt(records: usize, a: i32, b: i32, recordBytes: usize): usize {
  return records + (((<usize>b * (<usize>b + 1)) >> 1) + <usize>a) * recordBytes
}

/** Where a key belongs: Fibonacci hashing, the top bits of a product with 2^32 / golden ratio. */
function home(key: u32, mask: u32): u32 {
  return (key * 0x9e3779b1) >>> clz<u32>(mask)
}

/** Place of `key`, or the free place where it belongs. Linear probing, never full. */
function place(table: usize, key: u32): usize {
  const mask = load<u32>(table, CARRY_CAPACITY) - 1
  const carries = load<usize>(table, CARRIES)
  let slot = home(key, mask)
  while (true) {
    const at = carries + <usize>slot * CARRY_BYTES
    const found = load<u32>(at)
    if (found == key || found == 0) return at
    slot = (slot + 1) & mask
  }
}

/** Frees the place `at` and moves later entries of its run back, so that no gap hides them. */
function vacate(table: usize, at: usize): void {
  const mask = load<u32>(table, CARRY_CAPACITY) - 1
  const carries = load<usize>(table, CARRIES)
  let hole = <u32>((at - carries) / CARRY_BYTES)
  let slot = hole
  while (true) {
    slot = (slot + 1) & mask
    const from = carries + <usize>slot * CARRY_BYTES
    const key = load<u32>(from)
    if (key == 0) break
    const distance = (slot - home(key, mask)) & mask
    if (distance >= ((slot - hole) & mask)) {
      store<u64>(carries + <usize>hole * CARRY_BYTES, load<u64>(from))
      hole = slot
    }
  }
  store<u64>(carries + <usize>hole * CARRY_BYTES, 0)
}

/** Adds to the carry of a lane; a carry of zero is not kept. Threads take turns. */
export function addCarry(table: usize, lane: u32, change: i32): void {
  while (atomic.cmpxchg<i32>(table, 0, 1, CARRY_LOCK)) {}
  changeCarry(table, lane + 1, change)
  atomic.store<i32>(table, 0, CARRY_LOCK)
}

function changeCarry(table: usize, key: u32, change: i32): void {
  const at = place(table, key)
  if (load<u32>(at) == 0) {
    store<u32>(at, key)
    store<i32>(at, change, 4)
    store<i32>(table, load<i32>(table, CARRY_COUNT) + 1, CARRY_COUNT)
    return
  }
  const carry = load<i32>(at, 4) + change
  store<i32>(at, carry, 4)
  if (carry == 0) {
    vacate(table, at)
    store<i32>(table, load<i32>(table, CARRY_COUNT) - 1, CARRY_COUNT)
  }
}

export function carryOf(table: usize, lane: u32): i32 {
  if (load<i32>(table, CARRY_COUNT) == 0) return 0
  const at = place(table, lane + 1)
  return load<u32>(at) == 0 ? 0 : load<i32>(at, 4)
}

/** Places left before the carries are three quarters full. */
export function carriesLeft(table: usize): i32 {
  const capacity = load<i32>(table, CARRY_CAPACITY)
  return capacity - (capacity >> 2) - load<i32>(table, CARRY_COUNT)
}

/** The whole total in one lane; exact below 2^53 in either direction. */
export function total(table: usize, address: usize): f64 {
  const low = <f64>load<i32>(address)
  if (load<i32>(table, CARRY_COUNT) == 0) return low
  const lane = <u32>((address - load<usize>(table, RECORDS)) >> 2)
  return low + 4294967296.0 * <f64>carryOf(table, lane)
}

/** The lane that a key of the carries stands for. */
export function carryLane(key: u32): u32 {
  return key - 1
}

export function laneAddress(table: usize, lane: u32): usize {
  return load<usize>(table, RECORDS) + (<usize>lane << 2)
}

export function recordIndex(table: usize, lane: u32): u32 {
  return lane / <u32>load<i32>(table, LANES)
}

/** The upper raw id b of the record b (b + 1) / 2 + a. */
export function upperId(record: u32): i32 {
  let b = <u32>((sqrt<f64>(8.0 * <f64>record + 1.0) - 1.0) / 2.0)
  while ((b * (b + 1)) >> 1 > record) b--
  while (((b + 1) * (b + 2)) >> 1 <= record) b++
  return <i32>b
}

export function lowerId(record: u32, b: i32): i32 {
  return <i32>(record - (<u32>(b * (b + 1)) >> 1))
}
