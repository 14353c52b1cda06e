use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Instant;

use super::*;

const CHEAP: Cost = Cost { memory_kib: 64, iterations: 1, lanes: 1 };

fn secret(text: &str) -> SecretString {
    SecretString::from(text)
}

fn cheap() -> Passwords {
    Passwords::new(CHEAP, 2).unwrap()
}

fn impatient(permits: usize) -> Passwords {
    Passwords { wait: Duration::from_millis(50), ..Passwords::new(CHEAP, permits).unwrap() }
}

#[tokio::test]
async fn the_default_cost_is_owasps() {
    let passwords = Passwords::new(Cost::default(), 1).unwrap();
    let phc = passwords.hash(secret("correct horse")).await.unwrap();
    assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
    let parsed = PasswordHash::new(&phc).unwrap();
    assert_eq!(parsed.salt.unwrap().len(), 16);
    assert_eq!(parsed.hash.unwrap().len(), 32);
    let verdict = passwords.verify(secret("correct horse"), Some(&phc)).await.unwrap();
    assert_eq!(verdict, Verdict { ok: true, rehash: false });
}

#[tokio::test]
async fn wrong_passwords_are_refused_and_salts_differ() {
    let passwords = cheap();
    let one = passwords.hash(secret(" Päss wörd\u{0} ")).await.unwrap();
    let two = passwords.hash(secret(" Päss wörd\u{0} ")).await.unwrap();
    assert_ne!(one, two);
    for (password, ok) in [(" Päss wörd\u{0} ", true), ("Päss wörd\u{0}", false), ("", false)] {
        let verdict = passwords.verify(secret(password), Some(&one)).await.unwrap();
        assert_eq!(verdict, Verdict { ok, rehash: false }, "{password:?}");
    }
}

#[tokio::test]
async fn without_a_usable_hash_the_answer_is_no_at_full_cost() {
    let passwords = Passwords::new(Cost::default(), 1).unwrap();
    let phc = passwords.hash(secret("x")).await.unwrap();
    for unusable in [None, Some(""), Some("rubbish"), Some("$scrypt$ln=1$c2FsdHNhbHQ$c2FsdHNhbHQ")] {
        // Other processes slow down now the one, now the other; one fair round in eight suffices,
        // and an answer without hashing is a thousand times faster in all of them.
        let mut fair = false;
        for _ in 0..8 {
            let start = Instant::now();
            passwords.verify(secret("y"), Some(&phc)).await.unwrap();
            let real = start.elapsed();
            let start = Instant::now();
            assert_eq!(passwords.verify(secret("x"), unusable).await.unwrap(), Verdict::REFUSED);
            fair = fair || start.elapsed() * 2 > real;
        }
        assert!(fair, "{unusable:?} was answered too fast");
    }
}

#[tokio::test]
async fn a_weaker_hash_is_to_be_replaced_a_stronger_one_not() {
    let old = cheap().hash(secret("secret words")).await.unwrap();
    let raised = [Cost { memory_kib: 128, ..CHEAP }, Cost { iterations: 2, ..CHEAP }, Cost { lanes: 2, ..CHEAP }];
    for cost in raised {
        let passwords = Passwords::new(cost, 1).unwrap();
        let verdict = passwords.verify(secret("secret words"), Some(&old)).await.unwrap();
        assert_eq!(verdict, Verdict { ok: true, rehash: true }, "{cost:?}");
        // Nothing may be stored for somebody who doesn't know the password.
        assert_eq!(passwords.verify(secret("no"), Some(&old)).await.unwrap(), Verdict::REFUSED);
        let new = passwords.hash(secret("secret words")).await.unwrap();
        let verdict = cheap().verify(secret("secret words"), Some(&new)).await.unwrap();
        assert_eq!(verdict, Verdict { ok: true, rehash: false }, "{cost:?}");
    }
}

#[tokio::test]
async fn another_variant_of_argon2_is_to_be_replaced() {
    let params = Params::new(64, 1, 1, None).unwrap();
    let argon2i = Argon2::new(Algorithm::Argon2i, Version::V0x13, params);
    let old = hash_now(&argon2i, &secret("secret words")).unwrap();
    let verdict = cheap().verify(secret("secret words"), Some(&old)).await.unwrap();
    assert_eq!(verdict, Verdict { ok: true, rehash: true });
}

#[test]
fn an_impossible_cost_is_refused() {
    let none = Passwords::new(Cost { memory_kib: 0, ..CHEAP }, 1);
    assert_eq!(none.err(), Some(BadCost));
    assert!(Passwords::new(CHEAP, usize::MAX).is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn never_more_at_once_than_permits() {
    let passwords = Arc::new(Passwords::new(CHEAP, 3).unwrap());
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let mut tasks = Vec::new();
    for _ in 0..24 {
        let (passwords, now, most) = (passwords.clone(), now.clone(), most.clone());
        tasks.push(tokio::spawn(async move {
            let work = move || {
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                std::thread::sleep(Duration::from_millis(10));
                now.fetch_sub(1, Ordering::SeqCst);
            };
            passwords.run(work).await
        }));
    }
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!(most.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_full_house_is_busy_after_the_wait() {
    let passwords = Arc::new(impatient(1));
    let (release, held) = mpsc::channel::<()>();
    let busy = tokio::spawn({
        let passwords = passwords.clone();
        async move { passwords.run(move || held.recv().ok()).await }
    });
    tokio::task::yield_now().await;
    let start = Instant::now();
    assert_eq!(passwords.hash(secret("x")).await, Err(Busy));
    assert_eq!(passwords.verify(secret("x"), None).await, Err(Busy));
    let waited = start.elapsed();
    assert!(waited >= Duration::from_millis(100) && waited < MAX_WAIT, "{waited:?}");
    release.send(()).unwrap();
    busy.await.unwrap().unwrap();
    assert!(passwords.hash(secret("x")).await.is_ok());
}

#[tokio::test]
async fn a_dropped_future_keeps_its_permit_until_the_thread_ends() {
    let passwords = Arc::new(impatient(1));
    let (release, held) = mpsc::channel::<()>();
    let client = tokio::spawn({
        let passwords = passwords.clone();
        async move { passwords.run(move || held.recv().ok()).await }
    });
    tokio::task::yield_now().await;
    client.abort();
    assert!(client.await.unwrap_err().is_cancelled());
    assert_eq!(passwords.permits.available_permits(), 0);
    assert_eq!(passwords.hash(secret("x")).await, Err(Busy));
    release.send(()).unwrap();
    // The default patience: the thread needs a moment to end.
    let permit = timeout(MAX_WAIT, passwords.permits.acquire()).await;
    assert!(permit.unwrap().is_ok());
}

#[tokio::test]
async fn a_panic_on_the_thread_gives_the_permit_back() {
    let passwords = impatient(1);
    let failed: Result<(), Busy> = passwords.run(|| std::panic::resume_unwind(Box::new(()))).await;
    assert_eq!(failed, Err(Busy));
    assert!(passwords.hash(secret("x")).await.is_ok());
}
