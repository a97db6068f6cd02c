import { type Motif, repeated } from './motif.ts'

/** Mystery: a door ajar, and light that falls out of it. */
export const DoorAjar: Motif = ({ palette, variation }) => {
  const left = 90 + 70 * variation(1)
  const lean = 40 + 70 * variation(2)
  return (
    <>
      <rect x={left - 14} y={70} width={88} height={200} fill={palette.shape} />
      <rect x={left} y={84} width={60} height={186} fill={palette.light} />
      <path d={`M${left} 84 L${left + 34} 96 V282 L${left} 270Z`} fill={palette.shape} />
      <circle cx={left + 28} cy={190} r={3.5} fill={palette.light} />
      <path
        d={`M${left + 34} 270 H${left + 60} L${left + 60 + lean * 1.6} 400 H${left - 20 + lean}Z`}
        fill={palette.light}
        opacity={0.35}
      />
    </>
  )
}

/** Crime: a skyline with a few lit windows. */
export const Skyline: Motif = ({ palette, variation }) => {
  const houses = repeated(7).map((at) => ({
    x: at * 44 - 6,
    top: 110 + 110 * variation(at + 1),
    width: 38 + 12 * variation(at + 20),
  }))
  return (
    <>
      <circle cx={60 + 180 * variation(40)} cy={84} r={30} fill={palette.light} opacity={0.9} />
      {houses.map(({ x, top, width }, house) => (
        <g key={x}>
          <rect x={x} y={top} width={width} height={300} fill={palette.shape} />
          {repeated(10)
            .filter((at) => variation(house * 10 + at + 50) < 0.4)
            .map((at) => (
              <rect
                key={at}
                x={x + 8 + (at % 2) * 15}
                y={top + 14 + Math.floor(at / 2) * 24}
                width={7}
                height={11}
                fill={palette.light}
              />
            ))}
        </g>
      ))}
    </>
  )
}

/** Thriller: beams that close in on somebody. */
export const Beams: Motif = ({ palette, variation }) => {
  const focus = 80 + 140 * variation(1)
  return (
    <>
      {repeated(6).map((at) => {
        const from = -60 + at * 78 + 30 * variation(at + 2)
        return (
          <path
            key={at}
            d={`M${from} 0 H${from + 34} L${focus + 5} 258 H${focus - 5}Z`}
            fill={at % 2 === 0 ? palette.shape : palette.light}
            opacity={at % 2 === 0 ? 0.75 : 0.85}
          />
        )
      })}
      <circle cx={focus} cy={214} r={9} fill={palette.ground} />
      <path d={`M${focus - 11} 270 L${focus} 224 L${focus + 11} 270Z`} fill={palette.ground} />
    </>
  )
}

/** Horror: bare firs before a large moon. */
export const MoonAndFirs: Motif = ({ palette, variation }) => {
  const trees = repeated(9).map((at) => ({
    x: at * 38 - 8 + 12 * variation(at),
    top: 130 + 100 * variation(at + 20),
  }))
  return (
    <>
      <circle cx={90 + 130 * variation(50)} cy={130} r={66} fill={palette.light} />
      <circle cx={118 + 130 * variation(50)} cy={118} r={13} fill={palette.sky[1]} opacity={0.25} />
      {trees.map(({ x, top }) => (
        <path
          key={x}
          d={`M${x} ${top} L${x + 11} ${top + 50} L${x + 5} ${top + 46} L${x + 17} ${top + 100} L${x + 7} ${top + 94} L${x + 22} 330 H${x - 22} L${x - 7} ${top + 94} L${x - 17} ${top + 100} L${x - 5} ${top + 46} L${x - 11} ${top + 50}Z`}
          fill={palette.shape}
        />
      ))}
    </>
  )
}

/** Science fiction: a ringed planet among stars. */
export const Planet: Motif = ({ palette, variation }) => {
  const x = 90 + 120 * variation(1)
  const y = 120 + 40 * variation(2)
  const radius = 46 + 24 * variation(3)
  const tilt = -30 + 60 * variation(4)
  return (
    <>
      {repeated(26).map((at) => (
        <circle
          key={at}
          cx={300 * variation(at + 10)}
          cy={280 * variation(at + 40)}
          r={0.8 + 1.6 * variation(at + 70)}
          fill="#ffffff"
          opacity={0.75}
        />
      ))}
      <circle cx={x} cy={y} r={radius} fill={palette.light} />
      <path
        d={`M${x - radius} ${y} A${radius} ${radius} 0 0 0 ${x + radius} ${y} A${radius * 1.3} ${radius * 0.8} 0 0 1 ${x - radius} ${y}`}
        fill={palette.shape}
        opacity={0.55}
      />
      <ellipse
        cx={x}
        cy={y}
        rx={radius * 1.75}
        ry={radius * 0.4}
        fill="none"
        stroke={palette.shape}
        strokeWidth={6}
        transform={`rotate(${tilt} ${x} ${y})`}
      />
    </>
  )
}
