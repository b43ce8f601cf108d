import { readFileSync } from 'node:fs';

interface InclusionVector {
  readonly desc: string;
  readonly leafIdx: number;
  readonly treeSize: number;
  readonly root: string;
  readonly leafHash: string;
  readonly proof: readonly string[] | null;
  readonly wantErr: boolean;
}

interface ConsistencyVector {
  readonly desc: string;
  readonly size1: number;
  readonly size2: number;
  readonly root1: string;
  readonly root2: string;
  readonly proof: readonly string[] | null;
  readonly wantErr: boolean;
}

interface NoteVectors {
  readonly verifying: readonly {
    readonly name: string;
    readonly verifierKey: string;
    readonly note: string;
  }[];
  readonly signing: { readonly seed: string; readonly name: string; readonly verifierKey: string };
  readonly badVerifierKeys: readonly string[];
}

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../vectors/${name}.json`, import.meta.url), 'utf8'));

export const treeVectors = read('merkle-trees') as {
  readonly leaves: readonly string[];
  readonly roots: readonly string[];
  readonly frontiers: readonly (readonly string[])[];
};

export const proofVectors = read('merkle-proofs') as {
  readonly inclusion: readonly InclusionVector[];
  readonly consistency: readonly ConsistencyVector[];
};

export const noteVectors = read('signed-notes') as NoteVectors;
