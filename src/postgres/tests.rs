//! Starts real clusters, as whoever runs the tests and, when that is root, as an ordinary account
//! too. Compiled into xtask's tests, whose program is small enough to copy and run as another user.

use std::{
    env, fs,
    io::{BufRead, BufReader},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::mpsc,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal};

use crate::postgres::{Options, Server, closed_to_the_server, find_binaries, running_elsewhere};

/// Names the directory for `holds_a_server`.
const DIRECTORY: &str = "BSS_PORTAL_TEST_CLUSTER";

/// A directory below /tmp, which any account can enter, removed at the end.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let uid = rustix::process::geteuid().as_raw();
        let path = PathBuf::from(format!("/tmp/bss-portal-test-{name}-{uid}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("a directory");
        Self(path)
    }

    fn start(&self) -> Server {
        Server::start(&self.options()).expect("a server")
    }

    fn options(&self) -> Options {
        Options { max_connections: 30, ..Options::durable(&self.0, env::var_os("PATH")) }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn query(server: &Server, sql: &str) -> String {
    let psql = find_binaries(env::var_os("PATH").as_deref(), None).expect("a server").join("psql");
    let output = Command::new(psql)
        .args(["-XAtq", "-v", "ON_ERROR_STOP=1", "-c", sql, "-d"])
        .arg(server.url("postgres"))
        .output();
    let output = output.expect("psql");
    assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text").trim().to_owned()
}

fn signal(pid: i32, signal: Signal) {
    rustix::process::kill_process(Pid::from_raw(pid).expect("a pid"), signal).expect("a living process");
}

fn is_alive(pid: i32) -> bool {
    rustix::process::test_kill_process(Pid::from_raw(pid).expect("a pid")).is_ok()
}

#[test]
fn data_survives_a_stop_and_a_start() {
    let place = Place::new("restart");
    let server = place.start();
    query(&server, "create table kept (n int); insert into kept values (7)");
    let pid = server.pid();
    server.stop().expect("stops");
    assert!(!is_alive(pid));
    let server = place.start();
    assert_eq!(query(&server, "select n from kept"), "7");
    assert_eq!(query(&server, "show listen_addresses"), "");
    assert_eq!(query(&server, "show server_encoding"), "UTF8");
    assert_eq!(query(&server, "show data_checksums"), "on");
    assert_eq!(query(&server, "show max_connections"), "30");
}

#[test]
fn only_a_throw_away_cluster_may_lose_a_commit() {
    for (durable, word) in [(true, "on"), (false, "off")] {
        let place = Place::new(word);
        let server = Server::start(&Options { durable, ..place.options() }).expect("a server");
        assert_eq!(query(&server, "show fsync"), word);
        assert_eq!(query(&server, "show full_page_writes"), word);
        assert_eq!(query(&server, "show synchronous_commit"), "on");
    }
}

#[test]
fn only_the_owner_gets_in() {
    let place = Place::new("private");
    let server = place.start();
    let mode = |path: &str| {
        fs::metadata(server.directory().join(path)).expect("exists").permissions().mode() & 0o777
    };
    assert_eq!(mode("data"), 0o700);
    assert_eq!(mode("run"), 0o700);
    assert_eq!(mode("password"), 0o600);
    assert_eq!(mode("postgres.log"), 0o600);
    assert_eq!(mode("") & 0o066, 0);
    let rules = query(&server, "select string_agg(distinct auth_method, ',') from pg_hba_file_rules");
    assert_eq!(rules, "scram-sha-256");
}

#[test]
fn a_second_portal_is_refused_the_directory() {
    let place = Place::new("locked");
    let first = place.start();
    let error = Server::start(&place.options()).expect_err("the directory is taken");
    assert!(error.to_string().contains("another portal is using"), "{error:#}");
    // A command may reach the database all the same, and only while it is there.
    assert_eq!(running_elsewhere(&place.0, "postgres"), Some(first.url("postgres")));
    first.stop().expect("stopped");
    assert_eq!(running_elsewhere(&place.0, "postgres"), None);
}

#[test]
fn the_death_of_the_server_is_told_and_survived() {
    let place = Place::new("death");
    let server = place.start();
    query(&server, "create table kept (n int); insert into kept values (7)");
    let (told, tell) = mpsc::channel();
    server.when_ended(move |how| told.send(how.to_owned()).expect("somebody listens")).expect("watches");
    signal(server.pid(), Signal::KILL);
    assert!(tell.recv_timeout(Duration::from_secs(10)).expect("told").contains("signal: 9"));
    drop(server);
    let server = place.start();
    assert_eq!(query(&server, "select n from kept"), "7");
}

#[test]
fn an_interrupted_first_start_is_begun_again() {
    let place = Place::new("unfinished");
    fs::create_dir_all(place.0.join("data.unfinished/base")).expect("a directory");
    fs::write(place.0.join("data.unfinished/PG_VERSION"), "15\n").expect("a file");
    assert_eq!(query(&place.start(), "select 1"), "1");
}

#[test]
fn a_path_too_long_for_a_socket_still_works() {
    let place = Place::new("long");
    let long = place.0.join("a".repeat(120));
    let server = Server::start(&Options::throw_away(&long, env::var_os("PATH"))).expect("a server");
    assert_eq!(query(&server, "select 1"), "1");
    let url = server.url("postgres");
    let (_, socket) = url.split_once("host=%2Ftmp%2F").expect("a short path");
    let socket = Path::new("/tmp").join(socket);
    assert!(socket.exists());
    drop(server);
    assert!(!socket.exists(), "it is left behind in /tmp");
}

#[test]
fn a_directory_that_the_lent_account_cannot_enter_is_named() {
    if !rustix::process::geteuid().is_root() {
        return; // Only root lends an account.
    }
    let place = Place::new("closed");
    fs::set_permissions(&place.0, fs::Permissions::from_mode(0o700)).expect("ours");
    let below = place.0.join("below/further");
    assert_eq!(closed_to_the_server(&below).expect("an answer"), Some(place.0.clone()));
    let error = Server::start(&Options::throw_away(below, env::var_os("PATH"))).expect_err("no way in");
    assert!(error.to_string().contains(&format!("{} cannot be entered", place.0.display())), "{error:#}");
}

#[test]
fn a_stale_pid_of_somebody_else_is_left_alone() {
    let place = Place::new("stale");
    place.start().stop().expect("stops");
    let mut bystander = Command::new("sleep").arg("60").spawn().expect("sleep");
    let data = place.0.join("data");
    fs::write(data.join("postmaster.pid"), format!("{}\n{}\n", bystander.id(), data.display()))
        .expect("a file");
    let started = Server::start(&place.options());
    assert!(bystander.try_wait().expect("ours").is_none(), "the bystander was killed");
    bystander.kill().expect("ours");
    bystander.wait().expect("ours");
    // PostgreSQL itself decides whether the file is stale; it may refuse, but nobody was harmed.
    drop(started);
}

#[test]
fn the_server_ends_with_a_killed_portal_and_its_data_is_kept() {
    let place = Place::new("killed");
    killed_portal(&place.0, Command::new(env::current_exe().expect("us")));
}

#[test]
fn an_ordinary_account_runs_it_as_itself() {
    if !rustix::process::geteuid().is_root() {
        return; // Every other test showed it already.
    }
    let place = Place::new("ordinary");
    fs::set_permissions(&place.0, fs::Permissions::from_mode(0o777)).expect("ours");
    let copy = place.0.join("xtask-tests");
    fs::copy(env::current_exe().expect("us"), &copy).expect("a copy that everybody can enter");
    let mut portal = Command::new("setpriv");
    portal.args(["--reuid=nobody", "--regid=nogroup", "--clear-groups"]).arg(copy).current_dir("/tmp");
    killed_portal(&place.0.join("cluster"), portal);
}

/// Starts a program that holds a server in `directory`, kills it, and expects the next such
/// program to find what the first wrote, and no server to outlive its program.
fn killed_portal(directory: &Path, mut portal: Command) {
    portal
        .args(["--exact", "postgres_tests::holds_a_server", "--nocapture", "--ignored"])
        .env(DIRECTORY, directory)
        .stdout(Stdio::piped());
    for rows in ["0", "1"] {
        let mut portal = portal.spawn().expect("a portal");
        let lines = BufReader::new(portal.stdout.take().expect("piped")).lines();
        let found = lines
            .map_while(Result::ok)
            .find_map(|line| Some(line.rsplit_once("rows: ")?.1.trim().to_owned()));
        assert_eq!(found.as_deref(), Some(rows));
        portal.kill().expect("ours");
        portal.wait().expect("ours");
    }
    let until = Instant::now() + Duration::from_secs(30);
    while directory.join("data/postmaster.pid").exists() {
        assert!(Instant::now() < until, "the server outlives the killed portal");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
#[ignore = "a program for killed_portal, not a test"]
fn holds_a_server() {
    let directory = env::var_os(DIRECTORY).expect("started by killed_portal");
    let server = Server::start(&Options::durable(directory, env::var_os("PATH"))).expect("a server");
    let rows = query(&server, "create table if not exists kept (n int); select count(*) from kept");
    query(&server, "insert into kept values (1)");
    println!("rows: {rows}");
    std::thread::sleep(Duration::from_mins(5));
}
