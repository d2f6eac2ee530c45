import type { CommandSpec } from '../../cli/command.ts';
import { SvcError } from '../../errors.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

/** Each script asks svc itself for candidates, so that it never grows old. */
const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `_svc() {
  local IFS=$'\\n'
  COMPREPLY=($(svc __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
  [ "\${COMPREPLY[0]:-}" = ":files" ] && COMPREPLY=($(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -F _svc svc
`,
  zsh: `#compdef svc
_svc() {
  local -a candidates
  candidates=("\${(@f)$(svc __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ "\${candidates[1]}" == ":files" ]]; then _files; else compadd -- $candidates; fi
}
compdef _svc svc
`,
  fish: `function __svc_complete
  set -l words (commandline --current-process --tokenize --cut-at-cursor)
  set -l found (svc __complete $words[2..-1] (commandline --current-token) 2>/dev/null)
  if test "$found[1]" = ":files"; __fish_complete_path (commandline --current-token); else; printf '%s\\n' $found; end
end
complete --command svc --no-files --arguments '(__svc_complete)'
`,
};

const INSTALL: Readonly<Record<Shell, string>> = {
  bash: "echo 'source <(svc completion bash)' >> ~/.bashrc",
  zsh: "echo 'source <(svc completion zsh)' >> ~/.zshrc",
  fish: 'svc completion fish > ~/.config/fish/completions/svc.fish',
};

export const completion: CommandSpec<Shell, { readonly shell: Shell; readonly script: string }> = {
  name: 'completion',
  summary: 'Print the completion script of a shell: commands, options, services, templates',
  examples: SHELLS.map((shell) => [INSTALL[shell], `for ${shell}`] as const),
  completes: 'shell',
  declare: (command) => command.argument('<shell>', SHELLS.join(', ')),
  parse([shell]) {
    const known = SHELLS.find((each) => each === shell);
    if (known) return known;
    throw new SvcError('input/invalid', `There is no completion for ${shell}`, { hint: `Choose one of: ${SHELLS.join(', ')}` });
  },
  run: async (shell) => ({ shell, script: SCRIPTS[shell] }),
  view: ({ script }) => script,
  toJson: ({ shell, script }) => ({ shell, script }),
};
