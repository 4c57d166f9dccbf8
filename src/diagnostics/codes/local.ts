// The diagnostics of the room `local`.
import { defineCodes } from '../definition.js';

export const localCodes = defineCodes({
  'local/port-in-use': {
    severity: 'error',
    fault: 'user',
    title: 'The port is taken',
    meaning: 'Something else listens on the port the local ECR was to use; the message names what answered there.',
    mend: 'end what listens there, or choose another port with --port',
  },
  'local/cannot-listen': {
    severity: 'error',
    fault: 'user',
    title: 'The port cannot be opened',
    meaning: 'The operating system refused the port, for instance because it is privileged.',
    mend: 'choose another port with --port',
  },
  'local/bad-option': {
    severity: 'error',
    fault: 'user',
    title: 'An option with a value that does not exist',
    meaning: '`startLocalEcr` was given a value that it does not know for one of its options; the message has both.',
    mend: 'give one of the values that are named, or leave the option out',
  },
  'local/no-tls': {
    severity: 'error',
    fault: 'user',
    title: 'The local ECR runs without TLS',
    meaning:
      'One was to be started with --tls, and one that speaks plain HTTP alone has the port and the data already.',
    mend: 'stop it with `slipway local stop`, and start it again with --tls',
  },
  'local/other-settings': {
    severity: 'error',
    fault: 'user',
    title: 'The local ECR runs with other settings',
    meaning:
      'One was to be started with options that the message names, and one that was started without them has the port and the data already. Secrets are compared by their names alone.',
    mend: 'stop it with `slipway local stop` and start it again with these options, or leave them out to use it as it is',
  },
  'local/data-locked': {
    severity: 'error',
    fault: 'user',
    title: 'The data directory is in use',
    meaning: 'Another running local ECR holds the data directory. One process at a time may write to it.',
    mend: 'stop the other local ECR, or choose another directory with --data',
  },
  'local/data-unusable': {
    severity: 'error',
    fault: 'user',
    title: 'The data directory cannot be used',
    meaning:
      'The directory cannot be made or its store cannot be opened: permissions, a full disk, or a file that is no store.',
    mend: 'choose another directory with --data, or mend the permissions; where state.db is no store, deleting it starts afresh',
  },
  'local/data-newer': {
    severity: 'error',
    fault: 'user',
    title: 'The data directory belongs to a newer Slipway',
    meaning: 'A newer version has written the store in a form that this version does not know.',
    mend: 'update Slipway, or choose another directory with --data',
  },
  'local/start-failed': {
    severity: 'error',
    fault: 'tool',
    title: 'The local ECR did not start',
    meaning: 'The background process ended, or did not answer in time; the message ends with what it printed last.',
    mend: 'run `slipway local start --foreground` to see what happens',
  },
  'local/stop-failed': {
    severity: 'error',
    fault: 'tool',
    title: 'The local ECR did not stop',
    meaning: 'The server was asked to end and still answers.',
    mend: 'end the process whose id the message names',
  },
  'local/bad-fault': {
    severity: 'error',
    fault: 'user',
    title: 'A fault for tests is not well formed',
    meaning: 'The list of faults holds an entry with a member that is unknown, missing or out of range.',
    mend: 'correct the entry that the message names',
  },
  'local/not-running': {
    severity: 'error',
    fault: 'user',
    title: 'No local ECR answers',
    meaning: 'The command asks a running local ECR, and none answers on the port.',
    mend: 'start one with `slipway local start`, or name its port with --port',
  },
  'local/control-failed': {
    severity: 'error',
    fault: 'tool',
    title: 'The local ECR could not do what it was asked',
    meaning:
      'The server answered a request of the command line with an error of its own; the message says what it said.',
    mend: 'look into local.log in its data directory; an older server may have to be restarted',
  },
  'local/bad-time': {
    severity: 'error',
    fault: 'user',
    title: 'A time or a length of time cannot be read',
    meaning:
      'The clock is set to an ISO 8601 date or time with its zone, or to seconds since the epoch; it is advanced by weeks, days, hours, minutes and seconds.',
    mend: 'write a time like 2026-10-01T12:00:00Z, a length like 30d or 1h30m',
  },
  'local/clock-backwards': {
    severity: 'error',
    fault: 'user',
    title: 'The clock would go backwards',
    meaning:
      'Documents, tokens and events were given later times already. The clock goes back only to that of the machine.',
    mend: 'give a later time, or go back to the time of this machine with `slipway local clock reset`',
  },
  'local/bad-findings': {
    severity: 'error',
    fault: 'user',
    title: 'The findings of a scan cannot be read',
    meaning:
      'Findings are JSON in the form of DescribeImageScanFindings: `imageScanFindings` with a list `findings` for basic scanning, `enhancedFindings` for enhanced scanning, or both.',
    mend: 'correct what the message names; `aws ecr describe-image-scan-findings` prints the form',
  },
  'local/no-such-image': {
    severity: 'error',
    fault: 'user',
    title: 'The local ECR has no such repository or tag',
    meaning:
      'What was named is not in the registry that was asked; the message says which account and Region that was.',
    mend: 'name it as its URI does, with -e for the registry of an environment, and an image that is not pushed yet by its digest',
  },
  'local/bad-place': {
    severity: 'error',
    fault: 'user',
    title: 'There is no such place among the events',
    meaning:
      'A place is the 16-digit number that stands with each event; it belongs to one data directory and one log.',
    mend: 'leave out --since, or take a place that `slipway local events` has printed',
  },
  'local/bad-upstream': {
    severity: 'error',
    fault: 'user',
    title: 'The address of an upstream registry cannot be used',
    meaning:
      'Pull-through cache rules may be given another address than that of their upstream: the prefix of a rule or the host of an upstream, and scheme, host and port. Plain HTTP is for this machine only.',
    mend: 'give it as `--upstream docker-hub=http://127.0.0.1:5000`, and credentials in the file of --upstream-secrets',
  },
  'local/bad-issuer': {
    severity: 'error',
    fault: 'user',
    title: 'The address of an issuer of OIDC tokens cannot be used',
    meaning:
      'The keys of an issuer may be elsewhere than at the issuer: its name, as the provider of IAM has it, and an address below which /.well-known/openid-configuration is. Plain HTTP is for this machine only.',
    mend: 'give it as `--oidc-issuer token.actions.githubusercontent.com=http://127.0.0.1:8080`',
  },
  'local/bad-secrets': {
    severity: 'error',
    fault: 'user',
    title: 'The secrets of upstream registries cannot be read',
    meaning:
      'The file holds what Secrets Manager would: a JSON object with the names of secrets, each an object with `username` and `accessToken`.',
    mend: 'write it as {"ecr-pullthroughcache/docker-hub": {"username": "NAME", "accessToken": "TOKEN"}}',
  },
  'local/nothing-to-check': {
    severity: 'error',
    fault: 'user',
    title: 'There is nothing to check',
    meaning: 'No local ECR answers, and the folder holds no data of one.',
    mend: 'name the folder with --data, or the port of a running local ECR with --port',
  },
  'local/blob-missing': {
    severity: 'error',
    fault: 'user',
    title: "A layer's bytes are gone",
    meaning:
      'A repository has the layer, and its file is not in the data directory: somebody or something has deleted it. Images that name it cannot be pulled.',
    mend: 'push the images that name it again',
  },
  'local/blob-damaged': {
    severity: 'error',
    fault: 'user',
    title: "A layer's bytes are damaged",
    meaning:
      'The file of a layer has lost bytes, or has others than its digest says: the disk or a program has changed it. Clients refuse what they pull of it.',
    mend: 'set it aside with `slipway local check --set-aside`, then push the images that name it again',
  },
  'local/manifest-damaged': {
    severity: 'error',
    fault: 'user',
    title: 'A manifest is damaged',
    meaning: 'The manifest of an image is gone, or is not the one that its digest stands for.',
    mend: 'delete the image and push it again',
  },
  'local/image-incomplete': {
    severity: 'warning',
    fault: 'user',
    title: 'An image names what its repository does not have',
    meaning:
      'ECR refuses such an image; a registry with the profile strict-oci takes it, as the specification of the OCI allows. It cannot be pulled whole.',
    mend: 'push what it names, or delete it',
  },
  'local/index-broken': {
    severity: 'error',
    fault: 'tool',
    title: 'An index of the local ECR is wrong',
    meaning: 'What is kept of an image, a layer or a tag does not agree with the entries by which it is found.',
    mend: 'keep a copy of the data directory for the report, then delete the image that is named and push it again',
  },
});
