import { expect, test } from 'vitest'
import { describeIntake } from '../src/intake.ts'

test('the way in is told in one line', () => {
  const text = `# HELP adsum_events_total Events sent.
adsum_events_total{status="accepted",code=""} 1200
adsum_events_total{status="duplicate",code=""} 3
adsum_events_total{status="rejected",code="request_invalid"} 2
adsum_events_total{status="quarantined",code="item_unknown"} 5
adsum_admission_refusals_total{reason="busy"} 7
adsum_admission_refusals_total{reason="share"} 0
adsum_learning_behind_events{app="shop"} 40
adsum_learning_behind_events{app="cinema"} 2
adsum_sync_duration_seconds_sum 3
adsum_sync_duration_seconds_count 600
adsum_queue_bytes 1500000`
  expect(describeIntake(text)).toBe(
    '1,200 events accepted; 3 duplicates; refused: 7 busy, 2 request_invalid, 5 item_unknown; ' +
      '42 not learned yet; 5.0 ms to disk; 1.5 MB waiting',
  )
})

test('a server that has seen nothing says so', () => {
  expect(describeIntake('')).toBe(
    '0 events accepted; 0 duplicates; none refused; 0 not learned yet; 0.0 ms to disk; 0.0 MB waiting',
  )
})
