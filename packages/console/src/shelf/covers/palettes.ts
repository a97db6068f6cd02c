import type { Variation } from './variation.ts'

/** Colours of a cover. Titles stand on `ground` in near-white: at least 7:1. */
export interface Palette {
  readonly sky: readonly [top: string, bottom: string]
  readonly light: string
  readonly shape: string
  readonly ground: string
}

const palettes: Readonly<Record<string, readonly [Palette, Palette]>> = {
  drama: [
    palette('#d9825b #f3c98b', '#fff1d0', '#a8504a', '#43222f'),
    palette('#7d93a8 #e6d3bd', '#fff6e6', '#566b80', '#26323f'),
  ],
  romance: [
    palette('#e58f8a #f7cdb5', '#ffe9dc', '#c44f63', '#541f38'),
    palette('#b57fae #f3bfb5', '#ffe7e0', '#8d4480', '#3a1d44'),
  ],
  comedy: [
    palette('#f2b632 #f8d978', '#fffbe8', '#e2603a', '#4c2a16'),
    palette('#58b5a5 #c9e6c4', '#fdf8d8', '#ee7f4b', '#14403f'),
  ],
  mystery: [
    palette('#27405a #56718a', '#f6d78b', '#1b2d42', '#111c2b'),
    palette('#4b3b58 #85677c', '#f4cf94', '#34283f', '#1e1626'),
  ],
  crime: [
    palette('#8c3b34 #d9895f', '#f9d58a', '#4a2327', '#22151a'),
    palette('#47525c #9aa3a0', '#f7d57c', '#2c353d', '#171d23'),
  ],
  thriller: [
    palette('#1d2f38 #3f6a6f', '#e7573f', '#16242c', '#0d171d'),
    palette('#b8392e #e08b4f', '#fff0c9', '#5c1a1d', '#2a0d12'),
  ],
  horror: [
    palette('#3d1420 #8d2430', '#f1d9b0', '#200a12', '#12060b'),
    palette('#17302b #4b6a4a', '#e5e6b3', '#0d1d1a', '#07110f'),
  ],
  'science fiction': [
    palette('#141a3d #4a4c94', '#f3b46a', '#7a6fd0', '#0c1029'),
    palette('#0d2c3d #2f7a86', '#f4e3b0', '#e0764c', '#081c28'),
  ],
  fantasy: [
    palette('#3e3474 #b074a8', '#fbe2a8', '#5a3f80', '#221a45'),
    palette('#1f5a5c #8dbb90', '#fdf0bd', '#2c7470', '#113538'),
  ],
  adventure: [
    palette('#e0934b #f6d491', '#fff4d6', '#8a5a3a', '#3d2618'),
    palette('#4f9ab5 #cfe6dd', '#fffbe6', '#33708a', '#163a4b'),
  ],
  animation: [
    palette('#7cc5d8 #dff0dc', '#fffdf0', '#f28c6a', '#1f4a63'),
    palette('#b59be0 #f6d4dc', '#fffdf3', '#6cc0a6', '#372a66'),
  ],
  family: [
    palette('#8fc6e0 #f4ecc4', '#fffdf2', '#e4694f', '#22503f'),
    palette('#f3c26b #fbe9bd', '#fffaf0', '#4d9a92', '#553117'),
  ],
  documentary: [
    palette('#c9c2a8 #ece5d0', '#fffdf4', '#7a7a5c', '#2f3328'),
    palette('#9fb3b5 #e2e4da', '#ffffff', '#4e6c74', '#1f3138'),
  ],
  history: [
    palette('#c9a063 #efdcb0', '#fff6df', '#8e6531', '#3f2a14'),
    palette('#8a5a52 #dcb79a', '#fff0dc', '#5f3733', '#331b1b'),
  ],
}

const fallback = Object.values(palettes)

/** The palette of a genre, or of the title alone where the genre is unknown. */
export function paletteOf(genre: string | null, variation: Variation): Palette {
  const known = genre === null ? undefined : palettes[genre]
  const pair = known ?? fallback[Math.floor(variation(90) * fallback.length)]
  const one = pair?.[variation(91) < 0.5 ? 0 : 1]
  if (one === undefined) throw new RangeError('there are no palettes')
  return one
}

function palette(sky: string, light: string, shape: string, ground: string): Palette {
  const [top = '', bottom = ''] = sky.split(' ')
  return { sky: [top, bottom], light, shape, ground }
}
