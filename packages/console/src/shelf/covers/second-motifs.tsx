import { type Motif, repeated } from './motif.ts'

/** Mystery: a keyhole, and an eye behind it. */
export const Keyhole: Motif = ({ palette, variation }) => {
  const x = 110 + 80 * variation(1)
  const look = 14 * (variation(2) - 0.5)
  return (
    <>
      <rect x={x - 78} y={40} width={156} height={230} rx={20} fill={palette.shape} />
      <path
        d={`M${x - 40} 130 A40 40 0 1 1 ${x + 40} 130 Q${x + 40} 152 ${x + 24} 164 L${x + 38} 250 H${x - 38} L${x - 24} 164 Q${x - 40} 152 ${x - 40} 130Z`}
        fill={palette.light}
      />
      <ellipse cx={x} cy={132} rx={30} ry={18} fill="#ffffff" />
      <circle cx={x + look} cy={132} r={13} fill={palette.ground} />
      <circle cx={x + look + 4} cy={127} r={4} fill="#ffffff" />
    </>
  )
}

/** Crime: a lamp over a table with cards. */
export const LampAndTable: Motif = ({ palette, variation }) => {
  const x = 110 + 80 * variation(1)
  return (
    <>
      <path d={`M${x} 0 V66`} stroke={palette.ground} strokeWidth={3} />
      <path d={`M${x - 34} 96 Q${x} 30 ${x + 34} 96Z`} fill={palette.ground} />
      <path
        d={`M${x - 34} 96 H${x + 34} L${x + 150} 250 H${x - 150}Z`}
        fill={palette.light}
        opacity={0.55}
      />
      <ellipse cx={150} cy={252} rx={180} ry={44} fill={palette.shape} />
      {repeated(4).map((at) => {
        const left = x - 66 + at * 34
        return (
          <rect
            key={at}
            x={left}
            y={212 + 10 * variation(at + 10)}
            width={24}
            height={34}
            rx={3}
            fill="#fffaf0"
            transform={`rotate(${-24 + at * 14 + 10 * variation(at + 20)} ${left + 12} 230)`}
          />
        )
      })}
    </>
  )
}

/** Drama: a window, and the weather behind it. */
export const LitWindow: Motif = ({ palette, variation }) => {
  const x = 70 + 60 * variation(1)
  const open = variation(2) < 0.5
  return (
    <>
      <rect width={300} height={400} fill={palette.shape} />
      <rect x={x} y={56} width={116} height={176} fill={palette.light} />
      <circle cx={x + 30 + 56 * variation(3)} cy={120} r={24} fill={palette.sky[0]} />
      <path
        d={`M${x} 190 Q${x + 40} ${160 + 20 * variation(4)} ${x + 116} 186 V232 H${x}Z`}
        fill={palette.sky[1]}
      />
      <path
        d={`M${x} 56 h116 v176 h-116Z M${x + 58} 56 v176 M${x} 140 h116`}
        fill="none"
        stroke={palette.ground}
        strokeWidth={7}
      />
      <path
        d={`M${x - 20} 44 Q${x + (open ? 4 : 30)} 150 ${x - 26} 262 H${x - 60} V44Z M${x + 136} 44 Q${x + (open ? 112 : 86)} 150 ${x + 142} 262 H${x + 176} V44Z`}
        fill={palette.ground}
        opacity={0.75}
      />
    </>
  )
}

/** Science fiction: orbits around a star. */
export const Orbits: Motif = ({ palette, variation }) => {
  const x = 60 + 180 * variation(1)
  const tilt = -24 + 48 * variation(2)
  return (
    <g transform={`rotate(${tilt} ${x} 150)`}>
      {repeated(5).map((at) => {
        const width = 46 + at * 42
        const angle = 2 * Math.PI * variation(at + 10)
        return (
          <g key={at}>
            <ellipse
              cx={x}
              cy={150}
              rx={width}
              ry={width * 0.42}
              fill="none"
              stroke="#ffffff"
              strokeOpacity={0.4}
              strokeWidth={1.4}
            />
            <circle
              cx={x + width * Math.cos(angle)}
              cy={150 + width * 0.42 * Math.sin(angle)}
              r={5 + 8 * variation(at + 20)}
              fill={at % 2 === 0 ? palette.shape : '#ffffff'}
            />
          </g>
        )
      })}
      <circle cx={x} cy={150} r={26} fill={palette.light} />
    </g>
  )
}

/** Science fiction: a rocket that leaves. */
export const Rocket: Motif = ({ palette, variation }) => {
  const x = 100 + 100 * variation(1)
  const lean = -16 + 32 * variation(2)
  return (
    <>
      {repeated(16).map((at) => (
        <circle
          key={at}
          cx={300 * variation(at + 10)}
          cy={230 * variation(at + 40)}
          r={1.4}
          fill="#ffffff"
          opacity={0.8}
        />
      ))}
      <circle cx={300 - x} cy={310} r={110} fill={palette.shape} />
      <g transform={`rotate(${lean} ${x} 160)`}>
        <path d={`M${x - 12} 206 Q${x} 300 ${x + 12} 206Z`} fill={palette.light} />
        <path
          d={`M${x - 24} 190 L${x - 42} 224 L${x - 16} 208Z M${x + 24} 190 L${x + 42} 224 L${x + 16} 208Z`}
          fill={palette.shape}
        />
        <path
          d={`M${x} 64 Q${x + 34} 120 ${x + 22} 208 H${x - 22} Q${x - 34} 120 ${x} 64Z`}
          fill="#fffaf0"
        />
        <circle cx={x} cy={136} r={11} fill={palette.sky[0]} />
      </g>
    </>
  )
}

/** Romance: a letter and what rises from it. */
export const Letter: Motif = ({ palette, variation }) => {
  const turn = -12 + 24 * variation(1)
  return (
    <>
      {repeated(9).map((at) => (
        <circle
          key={at}
          cx={60 + 180 * variation(at + 10)}
          cy={30 + 130 * variation(at + 20)}
          r={6 + 14 * variation(at + 30)}
          fill={at % 2 === 0 ? palette.light : palette.shape}
          opacity={0.55}
        />
      ))}
      <g transform={`rotate(${turn} 150 190)`}>
        <rect x={66} y={140} width={168} height={112} rx={6} fill={palette.light} />
        <path d="M66 144 L150 210 L234 144" fill="none" stroke={palette.shape} strokeWidth={4} />
        <circle cx={150} cy={210} r={15} fill={palette.shape} />
      </g>
    </>
  )
}
