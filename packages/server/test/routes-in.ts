/**
 * The routes of a server, as `GET /v1/items/:id`. Fastify draws them as a tree: four columns of lines for
 * each level, then a part of a path.
 */
export function routesIn(tree: string): string[] {
  const parts: string[] = []
  return tree.split('\n').flatMap((line) => {
    const [, lines = '', part = '', methods = ''] =
      /^([│├└─\s]*)([^\s│├└─]\S*)(?: \((.*)\))?$/.exec(line) ?? []
    parts.splice(lines.length / 4 - 1, Number.POSITIVE_INFINITY, part)
    const named = methods.split(', ').filter((method) => !['', 'HEAD', 'OPTIONS'].includes(method))
    return named.map((method) => `${method} ${parts.join('')}`)
  })
}
