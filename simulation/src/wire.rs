//! The network between a portal and Huawei, with all that a network does to requests and answers. What is on
//! its way arrives even when its sender is dead; the gateway takes a signature for 15 minutes only.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bss_portal::{
    bss::transport::{Broken, Purpose, Request, Response, Stage, Wire},
    clock::Clock,
};
use chrono::{DateTime, Utc};
use http::{HeaderMap, HeaderValue};

use crate::{
    engine::{At, Bell, ProcessId, SECOND, Sim},
    record::Record,
    upstream::{LONGEST_LAG, Said, Upstream},
};

const MILLI: At = SECOND / 1000;

/// Locks what nobody panics with.
pub(crate) fn lock<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The network as one process sees it.
pub(crate) struct SimWire {
    /// The machine.
    pub(crate) sim: Sim,
    /// Whose requests these are.
    pub(crate) process: ProcessId,
    /// Its clock.
    pub(crate) clock: Clock,
    /// Whom they go to.
    pub(crate) upstream: Arc<Mutex<Upstream>>,
    /// What was seen.
    pub(crate) record: Arc<Mutex<Record>>,
    /// Whether requests may arrive twice.
    pub(crate) doubles: bool,
}

/// What a sender waits for.
type Slot = Arc<Mutex<Option<Result<Response, Broken>>>>;

/// One copy of a request on its way.
struct Copy {
    request: Arc<Request>,
    post: usize,
    x_sdk_date: DateTime<Utc>,
    upstream: Arc<Mutex<Upstream>>,
    slot: Slot,
    bell: Bell,
}

#[async_trait::async_trait]
impl Wire for SimWire {
    async fn exchange(&self, request: Request, limit: Duration) -> Result<Response, Broken> {
        match request.purpose {
            Purpose::Read => self.read(request, limit).await,
            Purpose::Write => self.write(request, limit).await,
        }
    }
}

impl SimWire {
    async fn read(&self, request: Request, limit: Duration) -> Result<Response, Broken> {
        let (sim, process) = (&self.sim, self.process);
        sim.boundary(process, request.operation, 5 * MILLI..=100 * MILLI).await;
        let faults = sim.faults();
        if sim.chance(faults.failed_read) {
            sim.count("failed reads");
            let kind = sim.draw(0..=6);
            sim.note(format_args!("{} fails, {kind}", request.operation));
            let refused = Err(Broken::unsent(Stage::Connect, "refused"));
            let late = u64::try_from(limit.as_micros()).unwrap_or(0);
            return match kind {
                0 => refused,
                1 => Err(Broken::sent(Stage::Exchange, "reset")),
                2 => Ok(self.response(&Said::new(503, "<html>busy</html>"))),
                3 => Ok(self.response(&Said::new(429, r#"{"error_code":"APIG.0308","error_msg":"slower"}"#))),
                4 => Ok(self.response(&Said::new(200, "<html>a page</html>"))),
                5 => Ok(self.response(&Said::new(500, r#"{"error_code":"CBC.0999","error_msg":"unwell"}"#))),
                _ => {
                    sim.sleep(process, late).await;
                    Err(Broken::sent(Stage::Deadline, "no answer in time"))
                }
            };
        }
        let now = sim.now();
        let lag = if sim.chance(faults.stale_read) { sim.draw(0..=60 * SECOND) } else { 0 };
        let said = lock(&self.upstream).read(&request, now.saturating_sub(lag));
        sim.note(format_args!(
            "{} {} -> {} as of {} ms ago",
            request.operation,
            request.target,
            said.body,
            lag / MILLI
        ));
        let slow = if sim.chance(faults.slow) { 15_000 } else { 200 };
        sim.boundary(process, "a reading", 5 * MILLI..=slow * MILLI).await;
        Ok(self.response(&said))
    }

    async fn write(&self, request: Request, limit: Duration) -> Result<Response, Broken> {
        let (sim, process) = (&self.sim, self.process);
        let faults = sim.faults();
        let slow = if sim.chance(faults.slow) { 7_000 } else { 60 };
        sim.boundary(process, "connecting", MILLI..=slow * MILLI).await;
        if sim.chance(faults.refused) {
            sim.count("refused connections");
            sim.note(format_args!("no connection"));
            return Err(Broken::unsent(Stage::Connect, "refused"));
        }
        if request.begin_by.is_some_and(|latest| self.clock.since_boot() > latest) {
            sim.count("dropped, too late to begin");
            sim.note(format_args!("too late to begin"));
            return Err(Broken::unsent(Stage::TooLate, "the time to begin sending has passed"));
        }
        // Between this check and the first byte a process can still stand still.
        sim.boundary(process, "the first byte", 0..=MILLI).await;
        let post = lock(&self.record).leaves(sim.task(), &request, sim.utc());
        sim.count("posts");
        sim.count_of(request.operation, "requests");
        let x_sdk_date = lock(&self.record).posts[post].x_sdk_date;
        let body = String::from_utf8_lossy(&request.body).into_owned();
        sim.note(format_args!("POST {post} {} {body} signed {x_sdk_date}", request.operation));
        let waiting = sim.alarm(process);
        let told = Slot::default();
        let request = Arc::new(request);
        let copy = || Copy {
            request: request.clone(),
            post,
            x_sdk_date,
            upstream: self.upstream.clone(),
            slot: told.clone(),
            bell: waiting.bell(),
        };
        self.dispatch(request.operation, &copy, (&told, &waiting.bell()));
        sim.boundary(process, "written", 0..=MILLI).await;
        waiting.or_after(u64::try_from(limit.as_micros()).unwrap_or(0));
        waiting.await;
        let answer = lock(&told).take();
        sim.boundary(process, "answered", 0..=MILLI).await;
        answer.unwrap_or_else(|| Err(Broken::sent(Stage::Deadline, "the time for the whole call is over")))
    }

    /// Decides when and how often a request arrives.
    fn dispatch(&self, call: &'static str, copy: &dyn Fn() -> Copy, (slot, bell): (&Slot, &Bell)) {
        let (sim, faults) = (&self.sim, self.sim.faults());
        if sim.chance(faults.lost_request) {
            sim.count("lost requests");
            sim.count_of(call, "lost");
            sim.note(format_args!("lost on its way"));
        } else {
            let mut takes = sim.draw(10 * MILLI..=3 * SECOND);
            if sim.chance(faults.late) {
                sim.count("late requests");
                sim.count_of(call, "late");
                let (from, to) = sim.pick(&[(5, 40), (40, 200), (200, 600), (600, 880), (880, 1_200)]);
                takes = sim.draw(from * SECOND..=to * SECOND);
                sim.note(format_args!("late by {} s", takes / SECOND));
            }
            let first = copy();
            sim.after(takes, move |sim| first.arrives(sim));
            if self.doubles && sim.chance(faults.doubled) {
                sim.count("doubled requests");
                sim.count_of(call, "doubled");
                let (from, to) = sim.pick(&[(0, 1), (1, 10), (10, 60), (60, 300)]);
                let again = takes + sim.draw(from * SECOND..=to * SECOND);
                sim.note(format_args!("doubled after {} s", (again - takes) / SECOND));
                let second = copy();
                sim.after(again, move |sim| second.arrives(sim));
            }
        }
        // The connection may break while the request is still on its way.
        if sim.chance(faults.lost_request / 2.0) {
            *lock(slot) = Some(Err(Broken::sent(Stage::Exchange, "reset")));
            sim.ring(bell, sim.draw(MILLI..=5 * SECOND));
        }
    }

    fn response(&self, said: &Said) -> Response {
        response(&lock(&self.upstream), said, self.sim.now())
    }
}

impl Copy {
    /// Huawei gets it.
    fn arrives(self, sim: &Sim) {
        let (faults, now) = (sim.faults(), sim.now());
        let (post, call) = (self.post, self.request.operation);
        let mut upstream = lock(&self.upstream);
        let gateway =
            |code: &str| format!(r#"{{"error_code":"{code}","error_msg":"no","request_id":"r{post}"}}"#);
        let said = if !upstream.takes(self.x_sdk_date, now) {
            sim.count("expired signatures");
            sim.count_of(call, "refused");
            Said::new(401, gateway("APIG.0301"))
        } else if sim.chance(faults.unauthorised) {
            sim.count("refused credentials");
            sim.count_of(call, "refused");
            Said::new(401, gateway("APIG.0301"))
        } else if sim.chance(faults.throttled) {
            sim.count("throttled requests");
            sim.count_of(call, "refused");
            Said::new(429, gateway("APIG.0308"))
        } else if sim.chance(faults.error_before) {
            sim.count("server errors before the effect");
            sim.count_of(call, "5xx before");
            Said::new(sim.pick(&[500, 502, 503, 504]), "")
        } else {
            let lag = sim.draw(SECOND..=LONGEST_LAG);
            let effects = upstream.ledger.len();
            let said = upstream.execute(&self.request, post, now, lag);
            if upstream.ledger.len() > effects {
                sim.count("effects");
                (effects..upstream.ledger.len()).for_each(|_| sim.count_of(call, "effects"));
            }
            sim.note(format_args!("POST {post} arrives -> {} {}", said.status, said.body));
            if sim.chance(faults.lost_answer) {
                sim.count("lost answers");
                sim.count_of(call, "unanswered");
                sim.note(format_args!("the answer to POST {post} is lost"));
                return;
            }
            if sim.chance(faults.error_after) {
                sim.count("server errors after the effect");
                sim.count_of(call, "5xx after");
                Said::new(sim.pick(&[500, 502, 503, 504]), sim.pick(&["", r#"{"error_code":"CBC.0999"}"#]))
            } else if sim.chance(faults.garbage) {
                sim.count("garbage");
                sim.count_of(call, "garbage");
                sim.pick(&[
                    Said::new(200, "<html>a page</html>"),
                    Said::new(200, r#"{"order_ids":null}"#),
                    Said::new(200, r#"{"order_ids":["CS"#),
                    Said::new(200, "[]"),
                    Said::new(302, ""),
                    Said::new(400, "<html>a firewall</html>"),
                ])
            } else {
                said
            }
        };
        sim.note(format_args!("POST {post} is answered {} {}", said.status, said.body));
        let answer = response(&upstream, &said, now);
        drop(upstream);
        lock(&self.slot).get_or_insert(Ok(answer));
        sim.ring(&self.bell, sim.draw(MILLI..=200 * MILLI));
    }
}

fn response(upstream: &Upstream, said: &Said, now: At) -> Response {
    let date = upstream.clock(now).format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    let mut headers = HeaderMap::new();
    headers.insert("date", HeaderValue::from_str(&date).expect("a date is ASCII"));
    Response { status: said.status, headers, body: said.body.clone().into_bytes() }
}
