export const usage = `kiten-agent: the device's side of Kiten

  kiten-agent enrol --token-file FILE   show the TPM's keys, get a certificate
  kiten-agent attest                    attest now; exit code 1 unless the device is affirmed
  kiten-agent run                       go on: renew, attest on schedule and when challenged
  kiten-agent publish --topic TOPIC     one message as the device: --message TEXT, or standard input
  kiten-agent renew                     a new certificate now
  kiten-agent status                    what the agent knows, without asking the site

  --config FILE      its configuration; otherwise KITEN_AGENT_CONFIG, otherwise /etc/kiten-agent/agent.toml
  --token-file FILE  the one-time token, "-" for standard input
  --token TOKEN      the same, visible in the list of processes
  --json             one JSON document a line
  --help`;
