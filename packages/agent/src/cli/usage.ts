export const usage = `kiten-agent: the device's side of Kiten

  kiten-agent enrol --token-file FILE   show the TPM's keys, get a certificate
  kiten-agent attest                    attest now; exit code 1 unless the device is affirmed
  kiten-agent run                       go on: renew, attest on schedule and when challenged
  kiten-agent publish --topic TOPIC     one message as the device: --message TEXT, or standard input
  kiten-agent renew                     a new certificate now
  kiten-agent status                    what the agent knows, without asking the site
  kiten-agent update check              what the device is to run
  kiten-agent update install            put it into the other slot and start it
  kiten-agent update confirm            stay with it, if the device is well
  kiten-agent update status             what lies in the slots, without asking the site
  kiten-agent update run                go on: look, install, confirm or go back

  --config FILE      its configuration; otherwise KITEN_AGENT_CONFIG, otherwise /etc/kiten-agent/agent.toml
  --token-file FILE  the one-time token, "-" for standard input
  --token TOKEN      the same, visible in the list of processes
  --json             one JSON document a line
  --help`;
