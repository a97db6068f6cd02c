import { crowd } from '@adsum/cinema/banner'

/** How the people of the crowd are called, by what can be seen of them. */
const companies: Readonly<Record<string, string>> = {
  children: 'A family with children',
  couple: 'A couple',
  friends: 'A group of friends',
}
const hours: Readonly<Record<string, string>> = {
  afternoon: 'in the afternoon',
  evening: 'late in the evening',
}

/** Somebody of a kind: "A couple", "in the afternoon". */
export function kindInWords(kind: number): { readonly who: string; readonly when: string } {
  const { company = '', hour = '' } = crowd.kinds[kind]?.features ?? {}
  return { who: companies[company] ?? company, when: hours[hour] ?? hour }
}

/** What counts in a choice, as a person would say it. */
export function reasonInWords(feature: string, banner: string): string {
  if (feature === 'exploration') return 'Worth finding out: little is known of it here'
  const [name = '', value = ''] = feature.replace(/^(own|shared):(context:)?/, '').split('=')
  switch (name) {
    case 'bias':
      return `How everybody takes to ${banner}`
    case 'company':
      return `${companies[value] ?? value}, whatever the hour`
    case 'hour':
      return `It is ${value === 'evening' ? 'late' : 'the afternoon'}, whoever comes`
    case 'visit': {
      const [company = '', hour = ''] = value.split(', ')
      return `${companies[company] ?? company} ${hours[hour] ?? hour}, more than either alone`
    }
    default:
      return 'Several smaller things'
  }
}
