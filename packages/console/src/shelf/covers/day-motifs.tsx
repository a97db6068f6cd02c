import { hills, type Motif, repeated } from './motif.ts'

/** Drama: a low sun and its path over the water. */
export const LowSun: Motif = ({ palette, variation }) => {
  const x = 80 + 140 * variation(1)
  const radius = 52 + 26 * variation(2)
  const horizon = 206 + 20 * variation(3)
  return (
    <>
      <circle cx={x} cy={horizon - 8} r={radius} fill={palette.light} />
      <rect y={horizon} width={300} height={200} fill={palette.shape} />
      {repeated(6).map((at) => {
        const width = radius * (1.7 - at * 0.22) * (0.7 + 0.5 * variation(at + 10))
        return (
          <rect
            key={at}
            x={x - width / 2}
            y={horizon + 8 + at * 11}
            width={width}
            height={4}
            rx={2}
            fill={palette.light}
            opacity={0.8 - at * 0.1}
          />
        )
      })}
    </>
  )
}

/** Romance: two circles that meet. */
export const TwoCircles: Motif = ({ palette, variation }) => {
  const radius = 62 + 14 * variation(1)
  const gap = radius * (0.5 + 0.25 * variation(2))
  const lift = 40 * (variation(3) - 0.5)
  return (
    <g>
      <circle cx={150 - gap} cy={145 + lift} r={radius} fill={palette.shape} />
      <circle cx={150 + gap} cy={145 - lift} r={radius} fill={palette.light} />
      <circle cx={150 + gap} cy={145 - lift} r={radius} fill={palette.shape} opacity={0.18} />
      <path
        d={`M0 ${258 + lift} Q75 ${232 - lift} 150 ${256} T300 ${252 + lift} V400 H0Z`}
        fill={palette.shape}
        opacity={0.5}
      />
    </g>
  )
}

/** Comedy: confetti over a broad smile. */
export const Smile: Motif = ({ palette, variation }) => {
  const tilt = -14 + 28 * variation(1)
  return (
    <>
      {repeated(22).map((at) => {
        const size = 6 + 9 * variation(at + 60)
        return (
          <rect
            key={at}
            x={300 * variation(at + 10)}
            y={270 * variation(at + 35)}
            width={size}
            height={size * (at % 3 === 0 ? 1 : 0.5)}
            rx={at % 2 === 0 ? size / 2 : 1}
            fill={[palette.shape, palette.light, palette.ground][at % 3]}
            opacity={0.85}
            transform={`rotate(${360 * variation(at + 85)} ${300 * variation(at + 10)} ${270 * variation(at + 35)})`}
          />
        )
      })}
      <g transform={`rotate(${tilt} 150 150)`}>
        <circle cx={150} cy={148} r={74} fill={palette.light} />
        <path d="M100 150 A50 50 0 0 0 200 150Z" fill={palette.shape} />
        <circle cx={126} cy={120} r={7} fill={palette.ground} />
        <circle cx={174} cy={120} r={7} fill={palette.ground} />
      </g>
    </>
  )
}

/** Family: three balloons over hills. */
export const Balloons: Motif = ({ palette, variation }) => (
  <>
    <circle cx={40 + 220 * variation(1)} cy={70} r={30} fill={palette.light} />
    <path d={hills(variation, 10, 240, 50)} fill={palette.shape} opacity={0.35} />
    {repeated(3).map((at) => {
      const x = 70 + at * 78 + 24 * (variation(at + 30) - 0.5)
      const y = 96 + 70 * variation(at + 40)
      const size = 24 + 9 * variation(at + 50)
      return (
        <g key={at}>
          <path
            d={`M${x} ${y + size} Q${x + 10} ${y + size + 34} ${x - 4} ${y + size + 70}`}
            fill="none"
            stroke={palette.ground}
            strokeWidth={1.6}
          />
          <ellipse
            cx={x}
            cy={y}
            rx={size}
            ry={size * 1.2}
            fill={[palette.shape, palette.light, palette.ground][at]}
          />
          <path
            d={`M${x - 4} ${y + size * 1.3} L${x} ${y + size * 1.15} L${x + 4} ${y + size * 1.3}Z`}
            fill={palette.ground}
          />
        </g>
      )
    })}
  </>
)

/** Animation: round creatures with wide eyes. */
export const Creatures: Motif = ({ palette, variation }) => {
  const bodies = repeated(3).map((at) => ({
    x: 62 + at * 88,
    top: 120 + 80 * variation(at + 1),
    width: 38 + 12 * variation(at + 5),
    eyes: variation(at + 9) < 0.35 ? 1 : 2,
    fill: [palette.shape, palette.light, palette.ground][at],
  }))
  return (
    <>
      <ellipse cx={60 + 60 * variation(20)} cy={66} rx={46} ry={17} fill={palette.light} />
      <ellipse cx={210 + 40 * variation(21)} cy={48} rx={36} ry={13} fill={palette.light} />
      {bodies.map(({ x, top, width, eyes, fill }) => (
        <g key={x}>
          <path
            d={`M${x - width} 400 V${top + width} A${width} ${width} 0 0 1 ${x + width} ${top + width} V400Z`}
            fill={fill}
          />
          {repeated(eyes).map((eye) => {
            const at = x + (eyes === 1 ? 0 : eye * 26 - 13)
            return (
              <g key={eye}>
                <circle cx={at} cy={top + width} r={11} fill="#ffffff" />
                <circle cx={at + 3} cy={top + width + 2} r={5} fill="#22202a" />
              </g>
            )
          })}
        </g>
      ))}
    </>
  )
}
