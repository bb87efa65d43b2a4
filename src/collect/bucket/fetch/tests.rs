//! What is fetched is all there is, and never much more than was read.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use super::*;

#[test]
fn the_parts_of_an_object_are_all_of_it_and_nothing_twice() {
    for bytes in [0, 1, PART - 1, PART, PART + 1, 5 * PART] {
        let parts: Vec<_> = parts_of(bytes).collect();
        let mut next = 0;
        for (from, length) in parts {
            assert_eq!(from, next);
            next += length;
        }
        assert_eq!(next, bytes);
    }
}

/// Bytes that were asked for and not read yet.
#[derive(Debug, Default)]
struct Held {
    now: u64,
    most: u64,
    requests: usize,
    most_requests: usize,
}

/// A bucket in which every object holds nothing but zeros. Its name says how many.
#[derive(Debug, Default)]
struct Bucket {
    held: Mutex<Held>,
    asked: Condvar,
}

impl Bucket {
    /// Serves until the program ends. Gives its endpoint.
    fn serve(self: &Arc<Self>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let bucket = self.clone();
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let bucket = bucket.clone();
                std::thread::spawn(move || bucket.answer(client));
            }
        });
        endpoint
    }

    fn answer(&self, mut client: TcpStream) -> Option<()> {
        let lines = BufReader::new(client.try_clone().ok()?).lines().map_while(Result::ok);
        let lines: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
        let size = lines.first()?.split(['/', '?', '-']).nth(2)?.parse().ok()?;
        let range = lines.iter().find_map(|line| line.strip_prefix("range: bytes="));
        let range = range.and_then(|range| range.split_once('-'));
        let bytes = range.map_or(size, |(from, to)| {
            to.parse::<u64>().unwrap() - from.parse::<u64>().unwrap() + 1
        });
        {
            let mut held = held(&self.held);
            held.now += bytes;
            held.most = held.most.max(held.now);
            held.requests += 1;
            held.most_requests = held.most_requests.max(held.requests);
        }
        self.asked.notify_all();
        let status = if range.is_some() {
            "206 Partial Content"
        } else {
            "200 OK"
        };
        let head = format!("HTTP/1.1 {status}\r\ncontent-length: {bytes}\r\nconnection: close\r\n\r\n");
        client.write_all(head.as_bytes()).ok()?;
        let body = vec![0; usize::try_from(bytes).ok()?];
        // Whoever has the last byte may ask for more at once.
        let (last, most) = body.split_last()?;
        client.write_all(most).ok()?;
        held(&self.held).requests -= 1;
        client.write_all(&[*last]).ok()
    }

    /// Waits until so many bytes were asked for.
    fn wait_for(&self, bytes: u64) {
        let (_held, waited) = self
            .asked
            .wait_timeout_while(held(&self.held), Duration::from_mins(1), |held| held.now < bytes)
            .unwrap();
        assert!(!waited.timed_out());
    }
}

/// A trail is read that is many times as large as the memory for it.
#[test]
fn no_more_is_in_memory_than_the_reader_is_ahead_of() {
    let bucket = Arc::new(Bucket::default());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let small = (0..500).map(|n| (256 << 10, n));
    let large = (500..503).map(|n| (3 * PART - 1, n));
    let objects = small.chain(large).map(|(bytes, n)| Object {
        key: format!("{bytes}-{n}"),
        bytes,
        etag: String::new(),
    });
    let objects: Vec<Object> = objects.collect();
    let sizes: Vec<u64> = objects.iter().map(|object| object.bytes).collect();
    let memory = AHEAD as u64 * 1024;
    assert!(sizes.iter().sum::<u64>() > 2 * memory);

    let api = Arc::new(Api::at(&bucket.serve()));
    let fetcher = Fetcher::new(api, objects, None, runtime.handle().clone());
    fetcher.ahead((0..sizes.len()).collect());
    // As long as nobody reads, all the memory there is gets filled.
    bucket.wait_for(memory * 9 / 10);
    let mut buffer = vec![0; 64 << 10];
    for (at, size) in sizes.iter().enumerate() {
        let mut object = fetcher.open(at).unwrap();
        let mut read = 0;
        loop {
            let length = object.read(&mut buffer).unwrap() as u64;
            if length == 0 {
                break;
            }
            read += length;
            // The room of a part is given back after its last byte was read.
            held(&bucket.held).now -= length;
        }
        assert_eq!(read, *size);
    }
    let held = held(&bucket.held);
    assert_eq!(held.now, 0);
    assert!(held.most <= memory, "{} bytes", held.most);
    assert!(held.most_requests <= AT_ONCE, "{} requests", held.most_requests);
}
