import { formatBytes } from './bytes';
import { count } from './numbers';

/** Messages of `model/hub/`: `'hub.code': (arguments) => text`. */

interface OfModel {
  readonly model: string;
}
interface OfRevision extends OfModel {
  readonly revision: string;
}
interface Host {
  readonly host: string;
}
interface Status extends Host {
  readonly status: number;
}
interface Says {
  /** The hub's own words, without a token; may be empty. */
  readonly says: string;
}
interface Reference {
  readonly reference: string;
}
interface Sized {
  readonly path: string;
  readonly size: number;
}

const words = (says: string): string => (says === '' ? '' : ` The hub says: "${says}".`);
const list = (names: readonly string[], most = 12): string =>
  names.length <= most ? names.join(', ') : `${names.slice(0, most).join(', ')} and ${names.length - most} more`;
const short = (commit: string): string => commit.slice(0, 7);
const notModel = (reference: string, why: string): string =>
  `"${reference}" does not name a model on the Hugging Face hub: ${why}. Write hf:OWNER/NAME, hf:OWNER/NAME@REVISION, or hf:OWNER/NAME#onnx/FILE.onnx.`;
const notCached = ({ model, revision, cache }: OfRevision & { cache: string }): string =>
  `The model ${model} at revision ${revision} is not, or not completely, in the cache ${cache}.`;
const exportIt = (commands: string): string =>
  `Choose a model with ONNX files, for example from the onnx-community organization (https://huggingface.co/onnx-community), or export it (${commands}) and write folder:FOLDER.`;

const SET_TOKEN = 'set a token (in VS Code by the command "RLPrompt: Set Hugging Face Token", on the command line by HF_TOKEN)';

export const hubWording = {
  'hub.referenceScheme': ({ reference }: Reference) => notModel(reference, 'it does not start with hf:'),
  'hub.referenceOwner': ({ reference }: Reference) => notModel(reference, 'the owner is missing'),
  'hub.referenceParts': ({ reference, parts }: Reference & { parts: number }) =>
    notModel(reference, `it has ${parts} parts separated by slashes, not two`),
  'hub.referenceName': ({ reference, name }: Reference & { name: string }) =>
    notModel(reference, `"${name}" is not a valid name on the hub`),
  'hub.referenceRevision': ({ reference, revision }: Reference & { revision: string }) =>
    notModel(reference, `"${revision}" is not a valid revision`),
  'hub.referenceFile': ({ reference, file }: Reference & { file: string }) =>
    notModel(reference, `"${file}" is not the path of an ONNX file in a repository`),

  'hub.endpointUrl': () => 'HF_ENDPOINT is not a URL. Set it to the address of a hub, such as https://huggingface.co, or unset it.',
  'hub.endpointUser': () => 'HF_ENDPOINT contains a user name or a password. Remove them from the URL and give a token in HF_TOKEN.',
  'hub.endpointKind': () => 'HF_ENDPOINT must be an http or https URL without a query, such as https://huggingface.co.',
  'hub.tokenCharacters': ({ source }: { source: string }) =>
    `The Hugging Face token from ${source} contains characters that no token has. Copy it again.`,

  'hub.noModel': ({ model, endpoint, source }: OfModel & { endpoint: string; source: string | undefined }) =>
    `There is no model ${model} on ${endpoint}, or it is private. Check the spelling; to read a private model, ${
      source === undefined ? SET_TOKEN : `use a token of an account that may read it (this one is from ${source})`
    }.`,
  'hub.noRevision': ({ model, revision, page }: OfRevision & { page: string }) =>
    `The model ${model} has no revision "${revision}". Its branches and tags are on ${page}.`,
  'hub.fileGone': ({ model, revision }: OfRevision) =>
    `A file that the listing of ${model} names does not exist at revision ${revision}. Try again.`,
  'hub.gated': ({ model, page }: OfModel & { page: string }) =>
    `The model ${model} is gated: accept its terms on ${page}, then ${SET_TOKEN}.`,
  'hub.gatedAccount': ({ model, page, source, says }: OfModel & Says & { page: string; source: string }) =>
    `The account of the token from ${source} may not read the gated model ${model}: accept its terms on ${page} (some owners then have to approve), and let the token read gated repositories.${words(says)}`,
  'hub.tokenRefused': ({ source, says }: Says & { source: string }) =>
    `The hub refused the token from ${source} (401): it may have expired. Renew or remove it.${words(says)}`,
  'hub.denied': ({ model, says }: OfModel & Says) =>
    `The hub denied access to ${model} (403).${words(says)} If you may read it, ${SET_TOKEN} that may read it too.`,
  'hub.status': ({ host, status, model, says }: Status & OfModel & Says) =>
    `${host} answered ${status} for the model ${model}.${words(says)}`,
  'hub.busy': ({ host, status }: Status) => `${host} answered ${status} (${status === 429 ? 'too many requests' : 'out of order'}).`,
  'hub.fileHost': ({ host, status }: Status) => `${host}, where the hub redirects to for the file, answered ${status}.`,
  'hub.notAHub': (hub: { endpoint: string; wrong: 'commit' | 'path' | 'size' | 'hash' | undefined; path: string | undefined }) => {
    const wrongs = {
      commit: 'no commit',
      path: 'a path that leads out of the repository',
      size: `the size of ${hub.path}`,
      hash: `the hash of ${hub.path}`,
    };
    return `${hub.endpoint} does not answer like a Hugging Face hub${hub.wrong ? ` (${wrongs[hub.wrong]})` : ''}. Check HF_ENDPOINT, and whether the network requires a login first.`;
  },
  'hub.listingTooLong': ({ host }: Host) => `${host} sent a listing of more than 64 MB.`,
  'hub.redirectLoop': ({ host }: Host) => `${host} redirects in a circle. Check HF_ENDPOINT, and the proxy if there is one.`,
  'hub.redirectAddress': ({ host }: Host) => `${host} redirects to an invalid address.`,
  'hub.redirectUnsafe': ({ host, target }: Host & { target: string }) =>
    `${host} redirects to ${target}, which is not safe: the connection is not encrypted.`,

  'hub.silent': ({ host, seconds }: Host & { seconds: number }) => `${host} sent nothing for ${seconds} s.`,
  'hub.certificate': ({ host, code }: Host & { code: string }) =>
    `The certificate of ${host} cannot be verified (${code}). Name your certificates in NODE_EXTRA_CA_CERTS.`,
  'hub.unreachable': ({ host, code, proxy }: Host & { code: string; proxy: string | undefined }) =>
    `${host} cannot be reached (${code}). ${
      proxy === undefined
        ? 'Check the network, or set HF_ENDPOINT to a mirror.'
        : `${proxy} is set, but Node uses it from version 24 on and only with NODE_USE_ENV_PROXY=1.`
    }`,
  'hub.brokenConnection': ({ host, code }: Host & { code: string | undefined }) =>
    `The connection to ${host} broke${code === undefined ? '' : ` (${code})`}.`,
  'hub.triedOften': ({ problem, times }: { problem: string; times: number }) => `${problem} It failed ${times} times. Try again later.`,
  'hub.waitTooLong': ({ problem, minutes }: { problem: string; minutes: number }) =>
    `${problem} It asks to wait ${minutes} minutes: try again then.`,
  'hub.away': ({ problem, ...missing }: OfRevision & { cache: string; problem: string }) => `${problem} ${notCached(missing)}`,
  'hub.offline': (missing: OfRevision & { cache: string }) =>
    `${notCached(missing)} HF_HUB_OFFLINE is set: unset it to download the model.`,
  'hub.mayBeBetter': () => 'The hub was not asked whether it has a more precise version of the model.',
  'hub.nextTry': ({ reason, seconds }: { reason: string; seconds: number }) => `${reason} Next try in ${seconds} s.`,

  'hub.noTokenizer': ({ model }: OfModel) =>
    `The model ${model} has no tokenizer.json. Save it once in Python, AutoTokenizer.from_pretrained("${model}").save_pretrained(FOLDER), put the ONNX files beside it and write folder:FOLDER.`,
  'hub.noConfiguration': ({ model }: OfModel) =>
    `The model ${model} has no config.json. Choose another export of the model, such as one of the onnx-community organization.`,
  'hub.noFile': ({ model, file, graphs, commands }: OfModel & { file: string; graphs: readonly string[]; commands: string }) =>
    `The model ${model} has no file ${file}. ${graphs.length > 0 ? `It has ${list(graphs)}.` : exportIt(commands)}`,
  'hub.noGraph': ({ model, commands }: OfModel & { commands: string }) => `The model ${model} has no ONNX file. ${exportIt(commands)}`,
  'hub.severalGraphs': ({ model, graphs }: OfModel & { graphs: readonly string[] }) =>
    `The model ${model} has several ONNX files: ${list(graphs)}. Name one: hf:${model}#${graphs[0]}.`,
  'hub.notOnnx': ({ model, graph, reason }: OfModel & { graph: string; reason: string }) =>
    `${graph} of ${model} is not an ONNX file: ${reason}.`,
  'hub.onnxCut': () => 'it ends too early',
  'hub.onnxField': ({ wire }: { wire: number }) => `it has a field of wire type ${wire}`,
  'hub.onnxNumber': () => 'it has a number of more than ten bytes',
  'hub.strangeWeights': ({ model, graph, names, reference }: OfModel & Reference & { graph: string; names: readonly string[] }) =>
    `${graph} of ${model} keeps its weights in ${names.length === 1 ? 'another file' : `${names.length} more files`} (${list(names, 3)}), named differently than ONNX exporters name them. Download the whole repository with pip install huggingface_hub and hf download ${model}; ${reference} then finds it in the cache.`,

  'hub.shorter': ({ host, model }: Host & OfModel) => `${host} has fewer bytes of a file of ${model} than the hub lists.`,
  'hub.longer': ({ path }: { path: string }) => `${path} is longer than the hub lists.`,
  'hub.wrongRange': ({ path, asked, got }: { path: string; asked: number; got: number }) =>
    `${path}: asked for bytes from ${count(asked)}, got bytes from ${count(got)}.`,
  'hub.endedEarly': ({ path, done, size }: Sized & { done: number }) => `${path} ended after ${count(done)} of ${count(size)} bytes.`,
  'hub.fetchedAgain': ({ path }: { path: string }) => `${path} does not match its hash on the hub; fetching it again.`,
  'hub.wrongHash': ({ path, hash }: { path: string; hash: string }) =>
    `The content of ${path} did not match its hash on the hub (${hash}) twice; it was deleted. A proxy or a mirror on the way may change it: try another network, or another HF_ENDPOINT.`,
  'hub.otherProgram': ({ file }: { file: string }) => `Another program is downloading ${file}.`,
  'hub.diskSpace': ({ model, bytes, cache, free }: OfModel & { bytes: number; cache: string; free: number }) =>
    `The download of ${model} needs ${formatBytes(bytes)}, but the disk of ${cache} has ${formatBytes(free)} left. Free some space, or set HF_HUB_CACHE to a folder on another disk.`,
  'hub.diskFull': ({ model, bytes, cache }: OfModel & { bytes: number; cache: string }) =>
    `The download of ${model} needs ${formatBytes(bytes)}, but the disk of ${cache} is full. Free some space, or set HF_HUB_CACHE to a folder on another disk; the download then continues.`,
  'hub.unwritable': ({ path, code }: { path: string; code: string }) =>
    `The cache ${path} cannot be written (${code}). Set HF_HUB_CACHE to a folder that can be written.`,

  'hub.planCached': ({ model, commit, bytes }: OfModel & { commit: string; bytes: number }) =>
    `${model} is in the cache (revision ${short(commit)}, ${formatBytes(bytes)}).`,
  'hub.planDownload': ({ model, bytes, license = 'not stated' }: OfModel & { bytes: number; license: string | undefined }) =>
    `Download ${model}: ${formatBytes(bytes)}, license ${license}.`,
  'hub.planFolder': ({ model, commit, folder }: OfModel & { commit: string; folder: string }) =>
    `Model: ${model}, revision ${short(commit)}, from the cache: ${folder}`,
  'hub.planModel': ({ model, revision, commit, page }: OfRevision & { commit: string; page: string }) =>
    `Model: ${model}, revision ${revision === commit ? '' : `${revision} = `}${short(commit)}, ${page}`,
  'hub.planLicense': ({ license, page }: { license: string | undefined; page: string }) =>
    `License: ${license ?? `not stated in the model card; see ${page}`}`,
  'hub.planSize': (plan: { bytesToFetch: number; bytesThere: number; bytesTotal: number; files: readonly Sized[] }) => {
    const there = plan.bytesThere > 0 ? ` (${formatBytes(plan.bytesThere)} of ${formatBytes(plan.bytesTotal)} already downloaded)` : '';
    const files = plan.files.map(({ path, size }) => `${path} ${formatBytes(size)}`).join(', ');
    return `Size: ${formatBytes(plan.bytesToFetch)} to download${there}: ${files}`;
  },
  'hub.planPlace': ({ folder }: { folder: string }) => `Folder: ${folder}`,
  'hub.planSmaller': ({ model, smaller }: OfModel & { smaller: readonly { file: string; size: number }[] }) =>
    `Smaller: ${smaller.map(({ file, size }) => `hf:${model}#${file} ${formatBytes(size)}`).join(', ')}`,
};
