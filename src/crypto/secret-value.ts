/** Represents a value in clear. `json` marks text that is the JSON of a structured value. */
export interface SecretValue {
  readonly format: 'text' | 'json';
  readonly text: string;
}
