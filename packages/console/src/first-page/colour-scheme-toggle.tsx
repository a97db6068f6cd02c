import { ActionIcon, useComputedColorScheme, useMantineColorScheme } from '@mantine/core'
import type { ReactElement } from 'react'

/** Switches between light and dark; until it is pressed the system decides. */
export function ColourSchemeToggle(): ReactElement {
  const { setColorScheme } = useMantineColorScheme()
  const current = useComputedColorScheme('light', { getInitialValueInEffect: false })
  const next = current === 'dark' ? 'light' : 'dark'
  return (
    <ActionIcon
      variant="default"
      size="lg"
      radius="xl"
      onClick={() => setColorScheme(next)}
      aria-label={`Switch to ${next} colours`}
      title={`Switch to ${next} colours`}
    >
      <svg width="18" height="18" viewBox="0 0 18 18" aria-hidden="true">
        {next === 'dark' ? (
          <path d="M15 10.8A6.5 6.5 0 0 1 7.2 3a6.5 6.5 0 1 0 7.8 7.8Z" fill="currentColor" />
        ) : (
          <g stroke="currentColor" strokeWidth="1.6" strokeLinecap="round">
            <circle cx="9" cy="9" r="3.2" fill="none" />
            <path d="M9 1.5v1.6M9 14.9v1.6M1.5 9h1.6M14.9 9h1.6M3.7 3.7l1.1 1.1M13.2 13.2l1.1 1.1M14.3 3.7l-1.1 1.1M4.8 13.2l-1.1 1.1" />
          </g>
        )}
      </svg>
    </ActionIcon>
  )
}
