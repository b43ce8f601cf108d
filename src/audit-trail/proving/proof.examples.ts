import { Pruned } from '../../common/errors.js';
import { EXAMPLE_TIME } from '../../api/openapi/examples.js';

const ORIGIN = 'strongroom/019ada5c-0000-7000-8000-000000000001/00000000-0000-0000-0000-000000000000';
const ROOT = 'IZ2t++Hqp1joIDSn+xX2Q6zCQP17aEOpfyYfBQTDZKs=';

/** The checkpoint that docs/audit-format.md shows. */
const CHECKPOINT = `${ORIGIN}
2
${ROOT}

\u2014 ${ORIGIN} ODgCBoIAGmczXT4zqwJjS2NdIF8D2IXKni6RBc+4otDjOZ4SDN/BIKEO6P0qan1BTv//pWpvOT4m2UESrumwrZB+NgU=
`;

function text(example: string) {
  return { otherAnswers: { content: { 'text/plain': { schema: { type: 'string' }, example } } } };
}

/** Names the content type of texts that are signed, and of proofs. */
export const PLAIN_TEXT = 'text/plain; charset=utf-8';

/** Shows what is answered as text. */
export const PROOF_TEXTS = {
  checkpoint: text(CHECKPOINT),
  keys: text(`${ORIGIN}+38380206+AepKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs 0\n`),
  inclusion: text(`c2sp.org/tlog-proof@v1
extra eyJpZCIgOiAiMSJ9
index 0
bBufU3yfm6R8bfLkW+nMRPuaKgJLdPVcOSaghx1OrTM=

${CHECKPOINT}`),
  consistency: text(`old 1\nbBufU3yfm6R8bfLkW+nMRPuaKgJLdPVcOSaghx1OrTM=\n\n${CHECKPOINT}`),
} as const;

/** Shows a page of checkpoints. */
export const CHECKPOINTS_EXAMPLE = {
  answer: {
    items: [
      { origin: ORIGIN, epoch: 1, size: 2, root: ROOT, signed_at: EXAMPLE_TIME, checkpoint: CHECKPOINT },
    ],
    metadata: { pagination: { size: 1000 }, next: null },
  },
};

/** Shows the error for an event that was removed. */
export const PRUNED_EXAMPLE = new Pruned(
  'An event of that time was removed from the log, as it is older than the retention: an export from before has what is ' +
    'needed',
);
