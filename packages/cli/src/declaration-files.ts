import { pathToFileURL } from 'node:url'
import { type AppDeclaration, defineApp, type Engine } from '@adsum/engine'
import { CommandFault } from './fault.ts'

/**
 * Runs the apps that a file declares; those that run as declared already are left alone.
 * @throws CommandFault `declaration_missing` when the file exports none;
 *   AdsumError `declaration_invalid`.
 */
export async function declareFrom(path: string, engine: Engine): Promise<void> {
  const exported: object = await import(pathToFileURL(path).href)
  const declarations = Object.values(exported).filter(isDeclaration)
  if (declarations.length === 0) {
    throw new CommandFault('declaration_missing', `${path} exports no app made with defineApp.`)
  }
  for (const declaration of declarations) {
    const { name } = declaration
    const running = engine.has(name) ? JSON.stringify(engine.app(name).declaration) : null
    if (running !== JSON.stringify(declaration)) await engine.declare(defineApp(declaration))
  }
}

function isDeclaration(value: unknown): value is AppDeclaration {
  return (
    typeof value === 'object' &&
    value !== null &&
    ['name', 'items', 'events', 'surfaces'].every((key) => Object.hasOwn(value, key))
  )
}
