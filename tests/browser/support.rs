//! What a browser test needs: the real program as its own process, a ChromeDriver, and a page
//! that is waited for rather than slept for. It knows no page of the portal.

use std::{
    io::{BufRead, BufReader},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc,
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use serde::Deserialize;
use serde_json::json;
use thirtyfour::{LoggingPrefsLogLevel, prelude::*};

/// How long a page may take to show what it should.
const PATIENCE: Duration = Duration::from_mins(1);

/// A child process that is asked to end, and waited for, when the test is over.
pub(crate) struct Process(Child);

impl Process {
    /// Starts `command` and waits for the first line of its output that `wanted` accepts.
    pub(crate) fn start<T: Send + 'static>(
        mut command: Command,
        wanted: impl Fn(&str) -> Option<T> + Send + 'static,
    ) -> (Self, T) {
        let program = command.get_program().to_owned();
        let mut child = command.stdout(Stdio::piped()).spawn().expect("starts");
        let output = BufReader::new(child.stdout.take().expect("piped"));
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if let Some(found) = wanted(&line) {
                    let _ = sender.send(found);
                }
            }
        });
        let process = Self(child);
        let found = receiver.recv_timeout(Duration::from_mins(2));
        (process, found.unwrap_or_else(|_| panic!("{} did not get ready", program.display())))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = rustix::process::kill_process(
            rustix::process::Pid::from_child(&self.0),
            rustix::process::Signal::TERM,
        );
        let _ = self.0.wait();
    }
}

/// The line that `bss-portal demo` prints when it is ready.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Ready {
    pub(crate) url: String,
    pub(crate) users: Vec<User>,
    pub(crate) simulator: Simulator,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct User {
    pub(crate) username: String,
    pub(crate) password: String,
    pub(crate) role: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Simulator {
    pub(crate) control: String,
    pub(crate) accounts: Vec<Account>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Account {
    pub(crate) domain_id: String,
}

impl Ready {
    pub(crate) fn user(&self, role: &str) -> &User {
        self.users.iter().find(|user| user.role == role).expect("a user of every role")
    }
}

/// A demo of its own on free ports, with its data in a directory that goes with it.
pub(crate) struct Demo {
    pub(crate) ready: Ready,
    _process: Process,
    _data: tempfile::TempDir,
}

impl Demo {
    pub(crate) fn start(orders: u32) -> Self {
        Self::holding(orders, "2m")
    }

    /// One in which what cannot be undone waits so long before it is sent.
    pub(crate) fn holding(orders: u32, hold: &str) -> Self {
        let data = tempfile::Builder::new().prefix("bss-portal-browser").tempdir().expect("a directory");
        let mut command = Command::new(env!("CARGO_BIN_EXE_bss-portal"));
        command
            .args([
                "demo",
                "--listen",
                "127.0.0.1:0",
                "--seed",
                "7",
                "--orders",
                &orders.to_string(),
                "--data",
            ])
            .arg(data.path())
            .env("BSS_PORTAL_HOLD", hold)
            .env_remove("DATABASE_URL")
            .stderr(Stdio::null());
        let (process, ready) = Process::start(command, |line| serde_json::from_str::<Ready>(line).ok());
        Self { ready, _process: process, _data: data }
    }
}

/// A headless Chromium with nothing in it, and the driver that steers it.
pub(crate) struct Browser {
    pub(crate) driver: WebDriver,
    base: String,
    pictures: PathBuf,
    _chromedriver: Process,
}

impl Browser {
    pub(crate) async fn open(base: &str) -> Self {
        // reqwest panics without a crypto provider, also for plain http.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let port =
            TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port").port();
        let mut command = Command::new("chromedriver");
        command.arg(format!("--port={port}")).stderr(Stdio::null());
        let (chromedriver, ()) =
            Process::start(command, |line| line.contains("started successfully").then_some(()));

        let mut capabilities = DesiredCapabilities::chrome();
        for argument in [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--hide-scrollbars",
            "--lang=zh-CN",
        ] {
            capabilities.add_arg(argument).expect("an argument");
        }
        capabilities.set_browser_log_level(LoggingPrefsLogLevel::All).expect("a log level");
        let driver =
            WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities).await.expect("Chromium starts");
        let pictures = Path::new(env!("CARGO_MANIFEST_DIR")).join("screenshots");
        std::fs::create_dir_all(&pictures).expect("a folder for screenshots");
        Self { driver, base: base.trim_end_matches('/').to_owned(), pictures, _chromedriver: chromedriver }
    }

    pub(crate) async fn go(&self, path: &str) {
        self.driver.goto(format!("{}{path}", self.base)).await.expect("the page loads");
        self.until("document.readyState === 'complete'").await;
    }

    pub(crate) async fn path(&self) -> String {
        let url = self.driver.current_url().await.expect("a page");
        url.as_str().strip_prefix(&self.base).unwrap_or(url.as_str()).to_owned()
    }

    /// What a piece of JavaScript says of the page. Elements go stale at every swap; this does not.
    pub(crate) async fn ask(&self, script: &str) -> serde_json::Value {
        self.driver.execute(format!("return ({script})"), vec![]).await.expect(script).json().clone()
    }

    /// Waits until `script` is true of the page.
    pub(crate) async fn until(&self, script: &str) {
        let started = Instant::now();
        while self.ask(&format!("Boolean({script})")).await != json!(true) {
            if started.elapsed() > PATIENCE {
                let text = self.ask("document.body.innerText").await;
                panic!(
                    "never became true: {script}\non {}:\n{}",
                    self.path().await,
                    text.as_str().unwrap_or("")
                );
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Clicks the first element that `selector` finds once it is there.
    pub(crate) async fn click(&self, selector: &str) {
        self.until(&format!("document.querySelector({})", json!(selector))).await;
        let element = self.driver.find(By::Css(selector)).await.expect(selector);
        element.scroll_into_view().await.expect(selector);
        element.click().await.expect(selector);
    }

    /// Types `text` into the field that `selector` finds, in place of what stood there.
    pub(crate) async fn fill(&self, selector: &str, text: &str) {
        self.until(&format!("document.querySelector({})", json!(selector))).await;
        let field = self.driver.find(By::Css(selector)).await.expect(selector);
        field.clear().await.expect(selector);
        field.send_keys(text).await.expect(selector);
    }

    pub(crate) async fn sign_in(&self, user: &User) {
        self.go("/sign-in").await;
        self.fill("[name=username]", &user.username).await;
        self.fill("[name=password]", &user.password).await;
        self.click("main form [type=submit]").await;
        self.until("!location.pathname.startsWith('/sign-in')").await;
    }

    /// Makes the window a desktop's or a telephone's.
    pub(crate) async fn size(&self, width: u32, height: u32) {
        self.driver
            .cdp()
            .emulation()
            .set_device_metrics_override(width, height, 1.0, width < 600)
            .await
            .expect("a size");
    }

    /// Chooses what `prefers-color-scheme` answers: `light` or `dark`.
    pub(crate) async fn scheme(&self, scheme: &str) {
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.driver.cdp().send_raw("Emulation.setEmulatedMedia", features).await.expect("a colour scheme");
    }

    /// Takes a picture of the page into `screenshots/`.
    pub(crate) async fn picture(&self, name: &str) {
        let file = self.pictures.join(format!("{name}.png"));
        self.driver.screenshot(&file).await.expect("a screenshot");
    }

    /// The same of all of the page, however long it is.
    pub(crate) async fn whole_picture(&self, name: &str) {
        let wanted = json!({ "format": "png", "captureBeyondViewport": true });
        let shot = self.driver.cdp().send_raw("Page.captureScreenshot", wanted).await.expect("a screenshot");
        let png = shot["data"].as_str().and_then(|data| BASE64.decode(data).ok()).expect("a picture");
        std::fs::write(self.pictures.join(format!("{name}.png")), png).expect("written");
    }

    /// Fails if the browser complained of anything: a blocked script or style, a missing file.
    pub(crate) async fn assert_quiet(&self) {
        let mut log = self.driver.browser_log().await.expect("the console");
        // That signing out cleared the browser's storage is news, not a complaint.
        log.retain(|entry| entry.level != "INFO");
        assert!(log.is_empty(), "the browser complained: {log:#?}");
    }

    /// By how many pixels the page is wider than its window; on a telephone that means it is broken.
    pub(crate) async fn overhang(&self) -> i64 {
        let wide =
            self.ask("document.documentElement.scrollWidth - document.documentElement.clientWidth").await;
        wide.as_i64().expect("a number")
    }

    pub(crate) async fn close(self) {
        self.driver.quit().await.expect("Chromium stops");
    }
}
