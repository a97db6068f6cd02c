import type { ReactElement } from 'react'
import { ColourSchemeToggle } from './colour-scheme-toggle.tsx'
import styles from './header.module.css'

/** The name of the product, and on the first page links into it. */
export function Header(props: { readonly isFirstPage?: boolean }): ReactElement {
  return (
    <header className={styles.header}>
      <a className={styles.name} href="/">
        <svg className={styles.mark} viewBox="0 0 32 32" aria-hidden="true">
          <rect width="32" height="32" rx="9" fill="#1f6b5a" />
          <path d="M16 8.5v15M8.5 16h15" stroke="#fffdf9" strokeWidth="3" strokeLinecap="round" />
          <circle cx="24.3" cy="24.3" r="2.4" fill="#f2c46d" />
        </svg>
        Adsum
      </a>
      <div className={styles.links}>
        {props.isFirstPage ? (
          <nav aria-label="On this page">
            <a href="#own-data">Your own data</a>
            <a href="#use-it">Use it</a>
          </nav>
        ) : null}
      </div>
      <ColourSchemeToggle />
    </header>
  )
}
