import type { Command } from 'commander';

/** How commands are used, shown by `--help` and in docs/cli.md: what it is for, then how it is written. */
export const examples: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  'kiten init': [
    ['answer three questions', 'kiten init --data plant-7'],
    ['in a script, without any', 'kiten init --data plant-7 --name plant-7.example --json'],
  ],
  'kiten up': [
    ['run the site in plant-7', 'kiten up --data plant-7'],
    ['a second one beside it, told of as it happens', 'kiten up --data plant-8 --ports random --json'],
  ],
  'kiten status': [['what wants attention', 'kiten status --data plant-7']],
  'kiten token create': [
    ['for one device, to be used within the hour', 'kiten token create --device pump-1'],
    ['for any new controller, for a week', 'kiten token create --group controllers --ttl 7d --json'],
  ],
  'kiten device import': [
    ['see what is wrong with a list', 'kiten device import devices.csv --dry-run'],
    ['a token for each of its devices', 'kiten device import devices.csv --tokens tokens.csv --ttl 7d'],
  ],
  'kiten device quarantine': [
    ['cut a device, on record', 'kiten device quarantine pump-1 --reason "odd readings"'],
  ],
  'kiten device revoke': [
    ['a device that is lost', 'kiten device revoke pump-1 --reason "stolen from hall 3"'],
  ],
  'kiten log verify': [
    ['a site’s own log', 'kiten log verify --data plant-7'],
    ['against a checkpoint that was kept elsewhere', 'kiten log verify --from checkpoint.txt'],
    ['somebody else’s, over the web', 'kiten log verify --url https://plant-7.example:8443/log --key KEY'],
  ],
  'kiten policy prove': [
    ['what a site ships, with a certificate', 'kiten policy prove --certificate kept.cbor'],
    [
      'any Cedar policies',
      'kiten policy prove --schema app.cedarschema --policies app.cedar --invariants kept.cedar',
    ],
  ],
  'kiten policy check-certificate': [
    ['that of a site with the policies it ships', 'kiten policy check-certificate kept.cbor'],
    [
      'any, by whoever does not believe the prover',
      'kiten policy check-certificate kept.cbor --schema app.cedarschema --policies app.cedar --invariants kept.cedar',
    ],
  ],
  'kiten measurement learn': [
    [
      'one false alarm in ten days at most',
      'kiten measurement learn --input normal.csv --out profile.json --alarms-per-day 0.1',
    ],
  ],
  'kiten measurement stream add': [
    [
      'two channels in JSON, of every device that publishes to d/ID/tank',
      "kiten measurement stream add tank --filter 'd/+/tank' --field /level /flow --data site --reason 'new tanks'",
    ],
  ],
  'kiten measurement stream learn': [
    [
      'a week of normal readings, and judge by them from then on',
      "kiten measurement stream learn pump-1/tank --seconds 604800 --accept --data site --reason 'as agreed with the plant'",
    ],
  ],
  'kiten measurement detect': [
    [
      'a day of readings',
      'kiten measurement detect --profile profile.json --input live.csv --out scores.csv',
    ],
  ],
  'kiten measurement score': [
    ['against what was an attack', 'kiten measurement score --scores scores.csv --labels live.csv'],
  ],
  'kiten measurement cross learn': [
    [
      'two devices, and a flow that both of them measure',
      "kiten measurement cross learn --input pump-1/pump=pump.csv net-1/net=net.csv --check 'equal pump-1/pump#flow net-1/net#flow' --out cross.json",
    ],
  ],
  'kiten measurement relation add': [
    [
      'two devices, and a flow that both of them measure',
      "kiten measurement relation add water --stream pump-1/pump net-1/net --check 'equal pump-1/pump#flow net-1/net#flow' --every 60 --data site --reason 'one pipe'",
    ],
  ],
  'kiten measurement cross check': [
    [
      'another day of both',
      'kiten measurement cross check --profile cross.json --input pump-1/pump=pump-2.csv net-1/net=net-2.csv --out scores.csv',
    ],
  ],
  'kiten measurement flight': [
    ['a log that `ulog2csv` took apart', 'kiten measurement flight --input flight/'],
    [
      'by what is usual of the vehicle, with scores',
      'kiten measurement flight --input flight/ --normal earlier-flight/ --out scores.csv',
    ],
  ],
  'kiten measurement receiver': [
    ['a ship’s log', 'kiten measurement receiver --input ship.nmea'],
    [
      'a clock’s receiver on a roof, after a week without an attack',
      'kiten measurement receiver --input today.nmea --fixed --normal last-week.nmea --out scores.csv',
    ],
  ],
  'kiten measurement inertial': [
    [
      'a log in degrees a second, whose gyroscope says 2,000 at most',
      'kiten measurement inertial --input imu.csv --gyroscope-scale 2000',
    ],
  ],
  'kiten measurement lidar': [
    [
      'a car that a detector claims to see eight metres ahead',
      'kiten measurement lidar --input scan.bin --object 8,0,-1,4.2,1.8,1.5,0',
    ],
  ],
  'kiten measurement voice': [
    ['a recording of a command', 'kiten measurement voice --input recording.csv --rate 16000'],
  ],
  'kiten measurement active': [
    [
      'a radar that is silent at random, and how it is where nobody attacks',
      'kiten measurement active --input echoes.csv --normal calm.csv --out scores.csv',
    ],
  ],
  'kiten measurement camera': [
    [
      'tracks in pixels, and a gyroscope of its own whose y and z point up and back',
      'kiten measurement camera --input tracks.csv --gyroscope imu.csv --axes x,-y,-z --focal 460 --centre 367,248',
    ],
  ],
  'kiten measurement explain': [
    [
      'the first alarm from row 15000 on, with a picture',
      'kiten measurement explain --profile profile.json --input live.csv --from 15000 --picture alarm.svg',
    ],
  ],
  'kiten measurement simulate': [
    [
      'a flight whose receiver is taken over',
      'kiten measurement simulate --attack gps-takeover --out flight/',
    ],
    [
      'three weeks of a station without an attack',
      'kiten measurement simulate --rows 30000 --out normal.csv',
    ],
    [
      'a recording that is played back',
      'kiten measurement simulate --input normal.csv --fault replay --channel outlet_pressure --from 20001 --rows 300 --out live.csv',
    ],
  ],
  'kiten update init': [
    [
      'two of three holders for the root',
      'kiten update init repository --holder root=a.pub --holder root=b.pub --holder root=c.pub --threshold root=2 --holder targets=t.pub --holder snapshot=online.pub --holder timestamp=online.pub',
    ],
  ],
  'kiten update sign': [
    ['a file that was carried to where the key is', 'kiten update sign root.json --key a.key'],
  ],
  'kiten update root propose': [
    [
      'Dora in place of Cho, played through before it is done',
      'kiten update root propose repository --add root=dora.pub --remove root=cho --rehearse',
    ],
    ['the same holders, for another year', 'kiten update root propose repository'],
  ],
  'kiten update root sign': [
    [
      'where Ann’s key is, on a token',
      "kiten update root sign root.json --trusted 4.root.json --digest '91c2 07fe 5b33 d0aa' --key 'pkcs11:token=safe;object=root?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=/home/ann/pin'",
    ],
  ],
  'kiten update root recover': [
    [
      'what happens when both online keys are stolen',
      'kiten update root recover repository --stolen timestamp --stolen snapshot --rehearse',
    ],
  ],
  'kiten update publish': [
    ['what is signed', 'kiten update publish repository --key online.key'],
    [
      'after versions were run up with a stolen key, which the new root takes away',
      'kiten update publish repository --key new.key --restart 42',
    ],
  ],
  'kiten update uptane verify': [
    [
      'what a Director said to a vehicle, against the releases',
      'kiten update uptane verify --director told --image repository --inventory vehicle.json',
    ],
  ],
  'kiten update uptane manifest': [
    [
      'of two ECUs',
      'kiten update uptane manifest gateway.json engine.json --vehicle KTN-1 --primary gateway --key gateway.key --out manifest.json',
    ],
  ],
  'kiten update uptane direct': [
    [
      'by what the vehicle reported',
      'kiten update uptane direct assignments.json --inventory vehicle.json --manifest manifest.json --image repository --root director-root.json --key online.key --out told',
    ],
  ],
  'kiten update suit build': [
    ['of what a file describes', 'kiten update suit build app.json --out app.suit'],
  ],
  'kiten update suit sign': [
    ['by the second of two makers', 'kiten update suit sign app.suit --key maker-2.key'],
  ],
  'kiten update suit verify': [
    [
      'that both makers agree',
      'kiten update suit verify app.suit --key maker-1.pub maker-2.pub --threshold 2',
    ],
  ],
  'kiten update verify': [
    ['an image for a slot of 256 KiB', 'kiten update verify app.bin --key maker.pub --slot-bytes 262144'],
  ],
  'kiten backup create': [
    ['sealed for the holder of a key', 'kiten backup --out site.kbak --recipient kiten-backup-…'],
    ['sealed with a passphrase', 'kiten backup --out site.kbak --passphrase-file passphrase'],
  ],
  'kiten backup verify': [['before it is needed', 'kiten backup verify site.kbak --key backup.key']],
  'kiten restore': [
    ['to a new directory', 'kiten restore site.kbak --data plant-7 --key backup.key'],
    [
      'going on from a newer copy of its log',
      'kiten restore site.kbak --data plant-7 --key backup.key --log copy/log',
    ],
  ],
  'kiten ca rollover': [
    [
      'with the root’s key from a stick',
      'kiten ca rollover --root-key /media/stick/root.key.pem --reason "in good time"',
    ],
  ],
  'kiten events test': [['does the SIEM take what it is told?', 'kiten events test siem']],
  'kiten attest pack': [
    [
      'what tpm2_quote and the kernel wrote',
      'kiten attest pack --message q.msg --signature q.sig --pcrs q.pcr --attester ak.pub --eventlog binary_bios_measurements --ima binary_runtime_measurements --out evidence.cbor',
    ],
  ],
  'kiten attest learn': [
    [
      'reference values from a good device',
      "kiten attest learn --evidence evidence.cbor --key ak.pub --nonce 00112233445566778899aabbccddeeff --vendor Acme --model 'gateway 1.4' --out reference.corim",
    ],
  ],
  'kiten attest appraise': [
    [
      'is a device as they say?',
      'kiten attest appraise --type application/vnd.kiten.tpm-evidence+cbor --evidence evidence.cbor --key ak.pub --reference reference.corim --nonce 00112233445566778899aabbccddeeff',
    ],
  ],
  'kiten attest quote': [
    [
      'a quote alone',
      'kiten attest quote --message q.msg --signature q.sig --key ak.pub --pcrs q.pcr --nonce 00112233445566778899aabbccddeeff',
    ],
  ],
  'kiten attest inspect': [['what is in a file', 'kiten attest inspect evidence.cbor']],
  'kiten doctor': [['what is missing or wrong', 'kiten doctor --data plant-7']],
  'kiten completion': [
    ['for this shell', 'source <(kiten completion bash)'],
    ['for every shell of this user', 'kiten completion fish > ~/.config/fish/completions/kiten.fish'],
  ],
};

/** What scripts and people look for at the end of a manual. */
const atTheEnd = `
Exit codes:
  0  done
  1  refused, failed, or what was checked does not hold; the reason is on standard error
  2  wrong usage

Environment:
  KITEN_DATA      the data directory, unless --data names one
  KITEN_TOKEN     the token for --site

Files, below the data directory:
  kiten.toml      the configuration; each key with its default
  operator.token  the operator’s token, readable by its owner alone
  keys/ ca/       private keys; certificates

More: docs/cli.md lists every command, docs/errors.md every error.`;

/** Adds examples to each command’s help, and what concerns all of them to the program’s. */
export function explainFurther(program: Command): void {
  program.addHelpText('after', atTheEnd);
  const visit = (command: Command, path: string): void => {
    const shown = examples[path];
    if (shown !== undefined) command.addHelpText('after', `\nExamples:\n${shown.map(lines).join('\n')}`);
    for (const child of command.commands) visit(child, `${path} ${child.name()}`);
  };
  visit(program, program.name());
}

function lines([purpose, line]: readonly [string, string]): string {
  return `  # ${purpose}\n  ${line}`;
}
