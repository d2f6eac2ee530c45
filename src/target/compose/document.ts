/** The part of the Compose specification that svc writes (github.com/compose-spec/compose-spec). */
export interface ComposeDocument {
  readonly name: string;
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly volumes?: Readonly<Record<string, Readonly<Record<string, never>>>>;
  readonly configs?: Readonly<Record<string, ComposeConfig>>;
}

export interface ComposeService {
  readonly image?: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly configs?: readonly { readonly source: string; readonly target: string; readonly mode?: string }[];
  readonly volumes?: readonly (string | VolumeMount)[];
  readonly tmpfs?: readonly string[];
  readonly ports?: readonly string[];
  readonly network_mode?: string;
  readonly depends_on?: Readonly<Record<string, { readonly condition: Condition }>>;
  readonly healthcheck?: {
    readonly test: readonly string[];
    readonly interval: string;
    readonly timeout: string;
    readonly retries: number;
  };
  readonly restart?: 'unless-stopped' | 'no';
  readonly profiles?: readonly string[];
  readonly user?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly stop_grace_period?: string;
  readonly mem_limit?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

export interface VolumeMount {
  readonly type: 'volume';
  readonly source: string;
  readonly target: string;
  readonly read_only?: boolean;
  readonly volume?: { readonly subpath: string };
}

export type Condition = 'service_started' | 'service_healthy' | 'service_completed_successfully';

/** A file of a container: its text, with variables of `.env` filled in, or a file beside the Compose file. */
export type ComposeConfig = { readonly content: string } | { readonly file: string };
