import { Button, Loader } from '@mantine/core'
import { type DragEvent, type ReactElement, useState } from 'react'
import { exampleFile } from './example-file.ts'
import styles from './file-drop.module.css'

const SAMPLE = `person,item,time
ada,teapot,2026-03-01
ben,kettle,2026-03-02`

/** A place to drop a file on; it is also the button that chooses one. */
export function FileDrop(props: {
  readonly busy: boolean
  readonly onFile: (file: File) => void
}): ReactElement {
  const { busy, onFile } = props
  const [over, setOver] = useState(false)
  const [name, setName] = useState('')
  const take = (file: File | undefined) => {
    if (file === undefined) return
    setName(file.name)
    onFile(file)
  }
  const whileOver = (drag: DragEvent) => {
    drag.preventDefault()
    setOver(true)
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a second way; the input inside is the first.
    <div
      className={styles.drop}
      data-over={over || undefined}
      onDragEnter={whileOver}
      onDragOver={whileOver}
      onDragLeave={() => setOver(false)}
      onDrop={(drag) => {
        drag.preventDefault()
        setOver(false)
        take(drag.dataTransfer.files[0])
      }}
    >
      <label className={styles.label}>
        <input
          className={styles.input}
          type="file"
          accept=".csv,.tsv,.txt,.json,.jsonl,.ndjson,.dat,text/csv"
          disabled={busy}
          onChange={(change) => {
            take(change.currentTarget.files?.[0])
            change.currentTarget.value = ''
          }}
        />
        <span className={styles.choose}>Choose a file</span>
        <span className={styles.or}>or drop one here</span>
      </label>
      <Button variant="subtle" disabled={busy} onClick={() => take(exampleFile())}>
        No file at hand? Use a tea shop’s
      </Button>
      <figure className={styles.sample}>
        <figcaption className="announcer">What a file may look like</figcaption>
        <pre>{SAMPLE}</pre>
      </figure>
      <p className={styles.name} role="status">
        {busy ? (
          <>
            <Loader size="xs" /> Reading {name} …
          </>
        ) : (
          name
        )}
      </p>
    </div>
  )
}
