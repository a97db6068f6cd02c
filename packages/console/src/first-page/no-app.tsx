import type { AppView } from '@adsum/protocol'
import type { ReactElement } from 'react'
import styles from './no-app.module.css'

/** Where there is no app to show: which ones there are, or how to make the first. */
export function NoApp(props: {
  readonly apps: readonly AppView[]
  readonly wanted: string | null
}): ReactElement {
  return (
    <section className={styles.empty}>
      <h2>{props.wanted === null ? 'No app yet' : `There is no app called “${props.wanted}”`}</h2>
      {props.apps.length === 0 ? (
        <p>
          Bring a file with people and what they chose: <a href="#own-data">use your own data</a>.
        </p>
      ) : (
        <ul>
          {props.apps.map(({ name, title }) => (
            <li key={name}>
              <a href={`/apps/${encodeURIComponent(name)}`}>{title}</a>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
