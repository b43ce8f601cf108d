/** Describes a metric of the service. */
export interface MetricDescription {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels?: readonly string[];
  /** The series that are there from the start with the value 0, so that the first increase of a rare counter is seen. */
  readonly initial?: readonly Readonly<Record<string, string>>[];
  /** The upper bounds of the buckets of a histogram, in the unit of the metric. */
  readonly buckets?: readonly number[];
}

const counter = (help: string, ...labels: string[]): MetricDescription => ({ type: 'counter', help, labels });
const gauge = (help: string, ...labels: string[]): MetricDescription => ({ type: 'gauge', help, labels });

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Names the alarms of the log, whose lines `strongroom_alarms_total` counts. */
const ALARMS = [
  ...['decryption', 'row_level_security', 'damaged_data', 'audit_default_partition'],
  ...['audit_sealing_stopped', 'audit_event_missing', 'audit_pruning_stopped'],
  ...['audit_sink_gap', 'audit_sink_forgotten', 'audit_sink_overdue'],
] as const;

/**
 * Lists the metrics of the service, named by the conventions of Prometheus. Labels have few values, which the program
 * determines: never a key, an address or the name of a user. No label is named `job` or `instance`, which Prometheus gives
 * to every series. docs/operations/metrics.md lists the same.
 */
const METRICS = {
  strongroom_build_info: gauge('The running program; always 1', 'version', 'node', 'mode'),
  strongroom_ready: gauge('1 if requests should be sent to this process, 0 otherwise'),
  strongroom_not_ready_info: gauge(
    'Why the process is not ready; always 1, absent while it is ready',
    'reason',
  ),
  strongroom_database_state: gauge(
    '1 for the state of the database, 0 for the others: ready, unusable (it answers and cannot serve), away',
    'state',
  ),

  strongroom_http_requests_total: counter(
    'Answered requests; the status is none if the connection ended first',
    'method',
    'route',
    'status',
  ),
  strongroom_http_request_duration_seconds: {
    type: 'histogram',
    help: 'Time from the headers of a request to the end of its answer',
    labels: ['method', 'route'],
    buckets: SECONDS,
  },
  strongroom_http_requests_in_progress: gauge('Requests that are not answered yet'),
  strongroom_tenant_requests_total: counter(
    'Answered requests of authenticated callers by tenant; only with STRONGROOM_METRICS_TENANTS',
    'tenant',
    'status',
  ),

  strongroom_lane_places: gauge('Connections that the work of a lane may hold', 'lane'),
  strongroom_lane_running: gauge('Connections that the work of a lane holds', 'lane'),
  strongroom_lane_waiting: gauge('Work that waits for a place in a lane', 'lane'),
  strongroom_lane_admitted_total: counter('Work that got a place in a lane', 'lane'),
  strongroom_lane_wait_seconds_total: counter('Time that admitted work has waited for its place', 'lane'),
  strongroom_lane_refused_total: counter(
    'Work that got no place: too much was waiting (full), or it waited too long (late)',
    'lane',
    'reason',
  ),

  strongroom_database_connections: gauge('Open connections to the database', 'pool', 'state'),
  strongroom_database_connections_max: gauge('Connections that a pool may open', 'pool'),
  strongroom_database_connection_requests_waiting: gauge(
    'Work that waits for a connection of a pool',
    'pool',
  ),

  strongroom_batches_total: counter('Statements that were sent for one or more calls', 'batch'),
  strongroom_batched_calls_total: counter('Calls that those statements served', 'batch'),
  strongroom_batches_in_flight: gauge('Statements that are not answered yet', 'batch'),
  strongroom_batch_calls_waiting: gauge('Calls that wait for the next statement', 'batch'),
  strongroom_batch_refused_total: counter('Calls that were refused, as those of a lane', 'batch', 'reason'),
  strongroom_group_commit_repeated_total: counter(
    'Writes that a group commit could not make with others and that were made alone',
    'batch',
  ),

  strongroom_logins_total: counter(
    'Logins that were verified or refused; a password verified lately is not verified again',
    'method',
    'outcome',
  ),
  strongroom_login_locks_total: counter('Failed logins that locked a name for its source'),
  strongroom_password_verifications_total: counter('Computations of Argon2id for logins, decoys included'),

  strongroom_queue_running: gauge('Work of a queue that runs', 'queue'),
  strongroom_queue_waiting: gauge('Work that waits in a queue', 'queue'),
  strongroom_queue_admitted_total: counter('Work of a queue that was begun', 'queue'),
  strongroom_queue_wait_seconds_total: counter('Time that begun work has waited in a queue', 'queue'),
  strongroom_queue_refused_total: counter(
    'Work of a queue that was refused, as that of a lane',
    'queue',
    'reason',
  ),
  strongroom_change_waiters: gauge('Requests and streams that wait for changes of secrets'),
  strongroom_body_bytes: gauge('Memory that is reserved for bodies of unanswered requests', 'kind'),
  strongroom_body_limit_bytes: gauge('Memory that may be reserved for bodies', 'kind'),

  strongroom_tenant_keys_cached: gauge('Keys of tenants that are held unwrapped'),
  strongroom_tenant_key_unwraps_total: counter('Keys of tenants that were unwrapped'),
  strongroom_alarms_total: {
    type: 'counter',
    help: 'Lines of the log with an alarm; decryption: a stored value did not open',
    labels: ['alarm'],
    initial: ALARMS.map((alarm) => ({ alarm })),
  },

  strongroom_audit_pending_events: gauge(
    'Events that wait to be sealed, up to 100,000; absent where this process has not looked for a minute',
  ),
  strongroom_audit_pending_seconds: gauge(
    'How long the oldest event has waited to be sealed; absent as the number is',
  ),
  strongroom_audit_sealed_events_total: counter('Events that this process has sealed'),
  strongroom_audit_checkpoints_total: counter('Checkpoints of logs that this process has signed'),
  strongroom_audit_stopped_logs: gauge(
    'Logs that this process leaves unsealed, because they are not what was signed',
  ),
  strongroom_audit_sink_waiting_seconds: gauge(
    'How long the oldest sealed event that a sink does not have has waited; 0 if it has all',
    'sink',
  ),
  strongroom_audit_sink_waiting_batches: gauge('About how many sealings a sink does not have', 'sink'),
  strongroom_audit_sink_events_total: counter('Events that a sink has taken from this process', 'sink'),
  strongroom_audit_sink_failures_total: counter('Deliveries that a sink did not take', 'sink'),

  strongroom_job_interval_seconds: gauge('Time between the runs of a background job', 'job_name'),
  strongroom_job_runs_total: counter('Runs of a background job', 'job_name', 'result'),
  strongroom_job_last_success_timestamp_seconds: gauge(
    'When this process last ran the job with success, in Unix time; 0 if it has not yet',
    'job_name',
  ),
  strongroom_job_last_duration_seconds: gauge('How long that run took', 'job_name'),
} as const satisfies Record<string, MetricDescription>;

export type MetricName = keyof typeof METRICS;

export const METRIC_CATALOGUE: Readonly<Record<MetricName, MetricDescription>> = METRICS;
