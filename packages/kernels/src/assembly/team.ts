// How threads share one job: tiles handed out by a counter, phases ended by a barrier.
// The control block of a job, in shared memory, int32 fields:

const ARRIVED: usize = 0
const PHASE: usize = 4
const NEXT_TILE: usize = 8
const MEMBERS: usize = 12
const RESULT: usize = 16

/** The next tile of this phase that nobody has taken. */
export function nextTile(control: usize): i32 {
  return atomic.add<i32>(control, 1, NEXT_TILE)
}

/**
 * Ends a member's part of a phase. Returns true for exactly one member, once all others have ended
 * theirs: that one must call `release`. Returns false for the others, after that call.
 */
export function arriveLast(control: usize): bool {
  const phase = atomic.load<i32>(control, PHASE)
  if (atomic.add<i32>(control, 1, ARRIVED) + 1 == atomic.load<i32>(control, MEMBERS)) return true
  while (atomic.load<i32>(control, PHASE) == phase) atomic.wait<i32>(control + PHASE, phase, -1)
  return false
}

/** Starts the next phase, with its tiles counted from 0. */
export function release(control: usize): void {
  atomic.store<i32>(control, 0, ARRIVED)
  atomic.store<i32>(control, 0, NEXT_TILE)
  atomic.add<i32>(control, 1, PHASE)
  atomic.notify(control + PHASE, -1)
}

export function meet(control: usize): void {
  if (arriveLast(control)) release(control)
}

export function setResult(control: usize, result: i32): void {
  atomic.store<i32>(control, result, RESULT)
}

export function resultOf(control: usize): i32 {
  return atomic.load<i32>(control, RESULT)
}
