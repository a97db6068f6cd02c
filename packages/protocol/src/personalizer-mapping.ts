/** Which surface of an app answers clients of Azure AI Personalizer: plain data, part of its declaration. */
export interface PersonalizerMapping {
  /** A surface with the verb `decide` whose requests bring their actions. */
  readonly surface: string
}
