import { Loader } from '@mantine/core'
import { type DragEvent, type ReactElement, useState } from 'react'
import styles from './file-drop.module.css'

/** A place to drop a file on; it is also the button that chooses one. */
export function FileDrop(props: {
  readonly busy: boolean
  readonly onFile: (file: File) => void
}): ReactElement {
  const { busy, onFile } = props
  const [over, setOver] = useState(false)
  const [name, setName] = useState('')
  const take = (files: FileList | null) => {
    const file = files?.[0]
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
        take(drag.dataTransfer.files)
      }}
    >
      <label className={styles.label}>
        <input
          className={styles.input}
          type="file"
          accept=".csv,.tsv,.txt,.json,.jsonl,.ndjson,.dat,text/csv"
          disabled={busy}
          onChange={(change) => {
            take(change.currentTarget.files)
            change.currentTarget.value = ''
          }}
        />
        <span className={styles.choose}>Choose a file</span>
        <span className={styles.or}>or drop one here</span>
      </label>
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
