import { hills, type Motif, repeated } from './motif.ts'

/** Fantasy: a tower under a crescent moon. */
export const Tower: Motif = ({ palette, variation }) => {
  const x = 90 + 120 * variation(1)
  const top = 120 + 30 * variation(2)
  const moon = variation(3) < 0.5 ? 66 : 234
  return (
    <>
      <circle cx={moon} cy={84} r={34} fill={palette.light} />
      <circle cx={moon + 15} cy={76} r={30} fill={palette.sky[0]} />
      {repeated(9).map((at) => (
        <circle
          key={at}
          cx={300 * variation(at + 20)}
          cy={170 * variation(at + 30)}
          r={1.8}
          fill={palette.light}
        />
      ))}
      <path d={hills(variation, 40, 216, 60)} fill={palette.shape} opacity={0.55} />
      <path
        d={`M${x - 17} 300 V${top} H${x + 17} V300Z M${x - 25} ${top} L${x} ${top - 50} L${x + 25} ${top}Z`}
        fill={palette.ground}
      />
      <path
        d={`M${x + 22} 300 V${top + 54} H${x + 46} V300Z M${x + 16} ${top + 54} L${x + 34} ${top + 18} L${x + 52} ${top + 54}Z`}
        fill={palette.ground}
      />
      <rect x={x - 4} y={top + 18} width={8} height={15} rx={4} fill={palette.light} />
      <path d={hills(variation, 60, 262, 36)} fill={palette.shape} />
    </>
  )
}

/** Adventure: ranges of mountains, the farther the paler. */
export const Mountains: Motif = ({ palette, variation }) => (
  <>
    <circle cx={60 + 180 * variation(1)} cy={92} r={34} fill={palette.light} />
    {repeated(3).map((range) => {
      const base = 150 + range * 42
      const peaks = repeated(5).map((at) => {
        const x = at * 75 - 10 + 34 * variation(range * 10 + at + 10)
        return `L${x} ${base - 42 * variation(range * 10 + at + 40)} L${x + 40} ${base + 34}`
      })
      return (
        <path
          key={range}
          d={`M-10 ${base + 30} ${peaks.join(' ')} L310 ${base + 10} V400 H-10Z`}
          fill={palette.shape}
          opacity={0.4 + range * 0.3}
        />
      )
    })}
  </>
)

/** Documentary: the contour lines of a map. */
export const Contours: Motif = ({ palette, variation }) => {
  const x = 90 + 120 * variation(1)
  const y = 110 + 50 * variation(2)
  return (
    <>
      {repeated(11).map((at) => {
        const radius = 14 + at * 19
        return (
          <ellipse
            key={at}
            cx={x + at * 5 * (variation(3) - 0.5)}
            cy={y + at * 4 * (variation(4) - 0.5)}
            rx={radius * (1 + 0.25 * variation(at + 5))}
            ry={radius * (0.7 + 0.2 * variation(at + 20))}
            fill={at === 0 ? palette.shape : 'none'}
            stroke={palette.shape}
            strokeWidth={at % 4 === 0 ? 3.4 : 1.6}
            opacity={0.85}
            transform={`rotate(${30 * variation(6)} ${x} ${y})`}
          />
        )
      })}
    </>
  )
}

/** History: a row of arches. */
export const Arches: Motif = ({ palette, variation }) => {
  const count = 3 + Math.floor(2 * variation(1))
  const width = 300 / count
  const top = 120 + 40 * variation(2)
  return (
    <>
      <circle cx={70 + 160 * variation(3)} cy={78} r={30} fill={palette.light} />
      <rect y={top - 34} width={300} height={400} fill={palette.shape} />
      <rect y={top - 44} width={300} height={12} fill={palette.ground} opacity={0.6} />
      {repeated(count).map((at) => {
        const left = at * width + 13
        const radius = (width - 26) / 2
        return (
          <path
            key={at}
            d={`M${left} 400 V${top + radius} A${radius} ${radius} 0 0 1 ${left + 2 * radius} ${top + radius} V400Z`}
            fill={palette.sky[1]}
            opacity={0.9}
          />
        )
      })}
    </>
  )
}
