import { describeStore } from '@adsum/engine/testing'
import { newFixture } from './fixture.ts'

describeStore('SQLite', newFixture)
