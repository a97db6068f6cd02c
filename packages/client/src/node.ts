/** What the client can do in Node only; browsers never load it. */
export { openQueueFolder } from './node/open-queue-folder.ts'
