//! The stage of the contract's scenes: a simulator whose clock stands still, our client before it, and a
//! record of everything that was asked, answered and understood.

use std::{
    collections::BTreeSet,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use bss_portal::{
    bss::{
        self, Answer, Connection, Credentials, Page, Reader, Write, Writer,
        answers::{Class, Done},
        limits::Limits,
        record::{Field, Record, Shape},
        transport::{Broken, HttpWire, Purpose, Request, Response, Wire},
    },
    clock::Clock,
    simulator::{self, Options, Running},
};
use serde::Serialize;
use serde_json::{Value, json};

use super::super::client::control;

const LIMIT: Duration = Duration::from_secs(30);

/// When the scenes play: years of orders lie before, and nothing depends on the day of the test.
const START: &str = "2026-07-15T02:30:00Z";

/// The accounts of the simulated company, by their position.
pub(super) const MASTER: usize = 0;
pub(super) const ORDINARY: usize = 1;
pub(super) const MEMBER: usize = 2;

/// Something that happened on the stage, to be played again by Huawei's SDK on another one like it.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum Step {
    /// A request of the control plane.
    Control { method: &'static str, path: String, body: Value },
    /// A call of the client.
    Call(Box<Call>),
}

/// A call of the client, with the answer and with what the client made of it.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Call {
    account: usize,
    operation: &'static str,
    method: &'static str,
    target: String,
    language: Option<String>,
    body: String,
    status: u16,
    answer: String,
    /// The whole answer as the client read it, in the wire's names; for a refusal its code.
    told: Value,
}

/// Two of them play the same scenes to the same end.
pub(super) async fn simulator() -> Running {
    simulator_with(None).await
}

/// The same with a file in which it remembers what happens.
async fn simulator_with(state: Option<PathBuf>) -> Running {
    let (clock, _) = Clock::manual(START.parse().expect("a time"));
    simulator::run(Options { orders: 150, clock, state, ..Options::default() }).await.expect("a simulator")
}

/// The scenes' side of the stage.
pub(super) struct Stage {
    running: Running,
    clock: Clock,
    wire: Arc<Recorder>,
    steps: Vec<Step>,
    /// Every question that was answered, as it was signed.
    questions: Vec<Request>,
}

impl Stage {
    pub(super) async fn new() -> Self {
        Self::on(simulator().await).await
    }

    /// A stage that is remembered in a file.
    pub(super) async fn remembered(file: PathBuf) -> Self {
        Self::on(simulator_with(Some(file)).await).await
    }

    async fn on(running: Running) -> Self {
        let clock = Clock::system();
        let http = HttpWire::new(clock.clone()).expect("a wire");
        let wire = Arc::new(Recorder::over(http));
        let mut stage = Self { running, clock, wire, steps: Vec::new(), questions: Vec::new() };
        // The stage's clock stands still while those who sign go on.
        stage.control("POST", "/settings", json!({"signature_valid_ms": i64::MAX / 4})).await;
        stage
    }

    /// The questions that were answered in the scenes, each once.
    pub(super) fn questions(&self) -> Vec<Request> {
        let mut known = BTreeSet::new();
        let told = |r: &Request| {
            let language = r.headers.iter().find(|(name, _)| *name == "X-Language");
            (r.operation, r.target.clone(), r.body.clone(), language.map(|(_, value)| value.clone()))
        };
        self.questions.iter().filter(|request| known.insert(told(request))).cloned().collect()
    }

    /// What is answered when one of them is asked again, to the letter.
    pub(super) async fn asked_again(&self, question: &Request) -> (u16, String) {
        let endpoint = self.running.ready.endpoint.parse().expect("an endpoint");
        let request = Request { endpoint, begin_by: None, ..question.clone() };
        let answer = self.wire.http.exchange(request, LIMIT).await.expect("an answer");
        (answer.status, String::from_utf8(answer.body).expect("text"))
    }

    /// The steps so far.
    pub(super) fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The id of an account.
    pub(super) fn domain_id(&self, account: usize) -> String {
        self.running.ready.accounts[account].domain_id.clone()
    }

    fn handles(&self, account: usize) -> (Reader, Writer) {
        let ready = &self.running.ready.accounts[account];
        bss::connect(Connection {
            endpoint: self.running.ready.endpoint.parse().expect("an endpoint"),
            credentials: Credentials::of_key(
                ready.ak.clone(),
                ready.sk.clone().into(),
                Some(ready.domain_id.clone()),
            ),
            account: ready.name.clone(),
            clock: self.clock.clone(),
            wire: self.wire.clone(),
            limits: Limits::new(self.clock.clone(), 1),
            chance: bss::chance(),
        })
    }

    /// The operations that the simulator can be asked.
    pub(super) async fn simulated(&self) -> BTreeSet<String> {
        let operations = self.ask("GET", "/operations", &Value::Null).await;
        let ids = operations.as_array().expect("a list").iter();
        ids.map(|operation| operation["id"].as_str().expect("an id").to_owned()).collect()
    }

    /// A reader of an account, for questions that are no scene.
    pub(super) fn reader(&self, account: usize) -> Reader {
        self.handles(account).0
    }

    /// A request of the control plane, which is played again with the rest.
    pub(super) async fn control(&mut self, method: &'static str, path: &str, body: Value) -> Value {
        let answer = self.ask(method, path, &body).await;
        self.steps.push(Step::Control { method, path: path.to_owned(), body });
        answer
    }

    async fn ask(&self, method: &'static str, path: &str, body: &Value) -> Value {
        ask(&self.wire.http, &self.running, (method, path, body)).await
    }

    /// Time passes on the stage.
    pub(super) async fn later(&mut self, seconds: i64) {
        self.control("POST", "/clock", json!({"advance_seconds": seconds})).await;
    }

    /// One question of `account`, which is one exchange. `told` says the whole answer in the wire's
    /// names, for which [`whole`], [`paged`] and [`listed`] are there.
    pub(super) async fn read<T>(
        &mut self,
        account: usize,
        question: impl AsyncFnOnce(Reader) -> Result<T, bss::Error>,
        told: impl FnOnce(&T) -> Value,
    ) -> T {
        let _ = self.wire.taken();
        let answer = question(self.reader(account)).await.expect("an answer");
        self.note(account, told(&answer));
        answer
    }

    /// A question that is refused with `code`.
    pub(super) async fn refused<T>(
        &mut self,
        account: usize,
        code: &str,
        question: impl AsyncFnOnce(Reader) -> Result<T, bss::Error>,
    ) {
        let _ = self.wire.taken();
        let Err(error) = question(self.reader(account)).await else { panic!("not refused with {code}") };
        assert_eq!(error.code.as_deref(), Some(code), "{error}");
        self.note(account, json!({"error_code": code}));
    }

    /// A change by `account`. What comes back is the answer; a refusal does not end the scene.
    pub(super) async fn write(&mut self, account: usize, write: &Write) -> Answer {
        let _ = self.wire.taken();
        let writer = self.handles(account).1;
        let prepared = writer.prepare(write, self.clock.now());
        let answer = writer.send(prepared, self.clock.since_boot() + LIMIT, LIMIT).await;
        let told = told_of(&answer);
        self.note(account, told);
        answer
    }

    /// A change that succeeds.
    pub(super) async fn done(&mut self, account: usize, write: &Write) -> Answer {
        let answer = self.write(account, write).await;
        assert_eq!(answer.class, Class::Success, "{write:?}: {answer:?}");
        answer
    }

    fn note(&mut self, account: usize, told: Value) {
        let exchanges = self.wire.taken();
        let [(request, response)] = &exchanges[..] else {
            panic!("a scene is one exchange: {exchanges:?}");
        };
        if request.purpose == Purpose::Read && response.status == 200 {
            self.questions.push(request.clone());
        }
        let language = request.headers.iter().find(|(name, _)| *name == "X-Language");
        self.steps.push(Step::Call(Box::new(Call {
            account,
            operation: request.operation,
            method: request.method,
            target: request.target.clone(),
            language: language.map(|(_, value)| value.clone()),
            body: String::from_utf8(request.body.clone()).expect("text"),
            status: response.status,
            answer: String::from_utf8(response.body.clone()).expect("text"),
            told,
        })));
    }
}

/// An answer that is a record.
pub(super) fn whole<T: Record>(answer: &T) -> Value {
    answer.told()
}

/// A page under the names that its operation gives to the total and to the items.
pub(super) fn paged<T: Field>(total: &'static str, items: &'static str) -> impl FnOnce(&Page<T>) -> Value {
    move |page| json!({total: page.total, items: told(&page.items)})
}

/// A list that is the whole answer.
pub(super) fn listed<T: Field>(items: &'static str) -> impl FnOnce(&Vec<T>) -> Value {
    move |list| json!({items: told(list)})
}

/// Items as they are told.
pub(super) fn told<T: Field>(items: &[T]) -> Value {
    items.iter().map(Field::told).collect()
}

/// What a change's answer says, in the wire's names.
fn told_of(answer: &Answer) -> Value {
    if !matches!(answer.class, Class::Success | Class::Partial) {
        return json!({"error_code": answer.error_code});
    }
    json!({
        "order_ids": answer.order_ids,
        "failed": answer.failed.iter().map(|failure| json!({
            "resource_id": failure.resource_id, "error_code": failure.error_code, "error_msg": failure.error_msg,
        })).collect::<Vec<_>>(),
        "under_review": match &answer.done { Some(Done::UnderReview(ids)) => json!(ids), _ => Value::Null },
        "sub_coupon_id": match &answer.done { Some(Done::Coupon(id)) => json!(id), _ => Value::Null },
        "real_retrieve_amout": match &answer.done {
            Some(Done::CameBack(amount)) => amount.told(),
            _ => Value::Null,
        },
    })
}

/// The names of all fields of an answer as paths, lists without brackets; a record inside itself once.
pub(super) fn paths(fields: &[Shape]) -> Vec<String> {
    fn below(fields: &[Shape], before: &str, depth: u32, found: &mut Vec<String>) {
        for field in fields {
            let path =
                if before.is_empty() { field.name.to_owned() } else { format!("{before}.{}", field.name) };
            found.push(path.clone());
            // Deeper than any answer goes, but for a tree, which is told to the second level.
            if let Some(inner) = field.below
                && depth < 6
            {
                below(inner(), &path, depth + 1, found);
            }
        }
    }
    let mut found = Vec::new();
    below(fields, "", 0, &mut found);
    found
}

/// A wire that keeps what went over it.
struct Recorder {
    http: HttpWire,
    exchanges: Mutex<Vec<(Request, Response)>>,
}

impl Recorder {
    fn over(http: HttpWire) -> Self {
        Self { http, exchanges: Mutex::default() }
    }

    fn taken(&self) -> Vec<(Request, Response)> {
        std::mem::take(&mut self.exchanges.lock().expect("lock"))
    }
}

#[async_trait::async_trait]
impl Wire for Recorder {
    async fn exchange(&self, request: Request, limit: Duration) -> Result<Response, Broken> {
        let response = self.http.exchange(request.clone(), limit).await?;
        self.exchanges.lock().expect("lock").push((request, response.clone()));
        Ok(response)
    }
}

/// The simulator's rules and the values that it began with.
pub(super) async fn rules(running: &Running) -> (Value, Value) {
    let http = HttpWire::new(Clock::system()).expect("a wire");
    let get = async |path| ask(&http, running, ("GET", path, &Value::Null)).await;
    (get("/rules").await, get("/settings").await)
}

/// A request of a simulator's control plane.
async fn ask(
    http: &HttpWire,
    running: &Running,
    (method, path, body): (&'static str, &str, &Value),
) -> Value {
    let answer = control(http, running, (method, path, body)).await;
    assert!(answer.status < 300, "{method} {path}: {}", String::from_utf8_lossy(&answer.body));
    serde_json::from_slice(&answer.body).unwrap_or(Value::Null)
}
