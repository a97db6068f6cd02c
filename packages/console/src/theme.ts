import {
  type CSSVariablesResolver,
  createTheme,
  defaultVariantColorsResolver,
  type MantineColorsTuple,
  type VariantColorsResolver,
} from '@mantine/core'

/** The one accent. Shade 7 carries white text (6.3:1), shade 3 stands on the dark page (10:1). */
const pine: MantineColorsTuple = [
  '#e9f4f0',
  '#d3e7e0',
  '#a5d2c4',
  '#74c4ac',
  '#4caa8f',
  '#33917a',
  '#277d68',
  '#1f6b5a',
  '#185648',
  '#0f4035',
]

const serif =
  'ui-serif, "Iowan Old Style", "Palatino Linotype", "URW Palladio L", P052, Georgia, serif'

/** The library's colours, except that text on and in the accent follows light and dark. */
const variantColours: VariantColorsResolver = (input) => {
  const colours = defaultVariantColorsResolver(input)
  if (input.variant === 'filled') {
    return { ...colours, color: 'var(--mantine-primary-color-contrast)' }
  }
  return input.variant === 'subtle' ? { ...colours, color: 'var(--accent)' } : colours
}

export const theme = createTheme({
  primaryColor: 'pine',
  primaryShade: { light: 7, dark: 3 },
  colors: { pine },
  variantColorResolver: variantColours,
  autoContrast: true,
  luminanceThreshold: 0.35,
  defaultRadius: 'md',
  fontFamily: 'ui-sans-serif, system-ui, -apple-system, "Segoe UI", "Helvetica Neue", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, monospace',
  headings: { fontFamily: serif, fontWeight: '600' },
  focusRing: 'auto',
  respectReducedMotion: true,
  components: {
    Modal: {
      defaultProps: {
        centered: true,
        radius: 'lg',
        padding: 'lg',
        overlayProps: { blur: 2 },
        styles: { content: { background: 'var(--surface)' }, header: { background: 'none' } },
      },
    },
  },
})

/** Colours of the page, each with enough contrast for text where it is used for text (AA). */
export const colours: CSSVariablesResolver = () => ({
  variables: { '--serif': serif },
  light: {
    '--mantine-color-body': '#f8f5ef',
    '--mantine-color-text': '#1e1b17',
    '--surface': '#fffdf9',
    '--sunken': '#f0ebe1',
    '--soft': '#5f584d',
    '--line': '#e3dccf',
    '--accent': '#1f6b5a',
    '--accent-wash': '#e1eee8',
    '--against': '#a3421a',
    '--against-wash': '#f7e3d6',
    '--bar': '#2d8470',
    '--bar-against': '#c4562a',
  },
  dark: {
    '--mantine-color-body': '#141519',
    '--mantine-color-text': '#f0ede6',
    '--surface': '#1c1e23',
    '--sunken': '#24262c',
    '--soft': '#b4aea3',
    '--line': '#33363d',
    '--accent': '#7fd0b9',
    '--accent-wash': '#1d332d',
    '--against': '#f2a277',
    '--against-wash': '#3a261b',
    '--bar': '#4caa8f',
    '--bar-against': '#e07f4e',
  },
})
