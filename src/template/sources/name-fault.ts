/** Why a text that looks like the name of a source is none, and how to write it. */
export interface NameFault {
  readonly reason: string;
  readonly hint: string;
}
