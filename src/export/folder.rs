//! Files that appear whole or not at all, and are nobody else's to read.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::ExportError;

const UNFINISHED: &str = ".unfinished";

/// Makes a file that only its owner can read and write. Fails where something is already.
pub fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Makes a folder that only its owner may enter.
pub fn create_private_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Its name in the folder.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// SHA-256 of its content, in hexadecimal.
    pub sha256: String,
}

/// A folder being filled. All files are written under other names first; [`publish`](Self::publish) then renames them. What
/// was not published is removed again.
pub(super) struct Folder {
    path: PathBuf,
    files: Vec<Written>,
}

impl Folder {
    /// Opens the folder, or makes it.
    pub(super) fn open(path: &Path) -> Result<Self, ExportError> {
        match create_private_folder(path) {
            Err(e) if e.kind() != io::ErrorKind::AlreadyExists => Err(ExportError::io(path, e)),
            _ => Ok(Self {
                path: path.to_owned(),
                files: Vec::new(),
            }),
        }
    }

    /// Whether nothing is in it, but what an interrupted export may have left.
    pub(super) fn is_empty(&self) -> Result<bool, ExportError> {
        let io = |e| ExportError::io(&self.path, e);
        for entry in fs::read_dir(&self.path).map_err(io)? {
            let name = entry.map_err(io)?.file_name();
            if !name.to_string_lossy().ends_with(UNFINISHED) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The content of a file that is there already.
    pub(super) fn read(&self, name: &str) -> Option<Vec<u8>> {
        fs::read(self.path.join(name)).ok()
    }

    /// Writes a file under a name for unfinished ones.
    pub(super) fn write(
        &mut self,
        name: &str,
        content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), ExportError> {
        let path = self.unfinished(name);
        let io = |e| ExportError::io(&path, e);
        // Left by an export that was killed.
        let _ = fs::remove_file(&path);
        let file = create_private(&path).map_err(io)?;
        // From here on the file is ours to remove.
        self.files.push(Written {
            name: name.to_owned(),
            bytes: 0,
            sha256: String::new(),
        });
        let mut writer = Hashing {
            inner: BufWriter::with_capacity(1 << 16, file),
            hash: Sha256::new(),
            bytes: 0,
        };
        content(&mut writer).and_then(|()| writer.flush()).map_err(io)?;
        writer.inner.get_ref().sync_all().map_err(io)?;
        if let Some(file) = self.files.last_mut() {
            file.bytes = writer.bytes;
            file.sha256 = hex::encode(writer.hash.finalize());
        }
        Ok(())
    }

    /// The files written so far.
    pub(super) fn files(&self) -> &[Written] {
        &self.files
    }

    /// Gives the files their names, the last one written first: that is the manifest, by which the folder is known for an
    /// export even if the power goes in between, and by which a file that is not there yet is missed.
    pub(super) fn publish(mut self) -> Result<(), ExportError> {
        while let Some(file) = self.files.pop() {
            let path = self.path.join(&file.name);
            if let Some(folder) = path.parent().filter(|folder| !folder.is_dir()) {
                create_private_folder(folder).map_err(|e| ExportError::io(folder, e))?;
            }
            fs::rename(self.unfinished(&file.name), &path).map_err(|e| ExportError::io(&path, e))?;
        }
        Ok(())
    }

    /// Beside each other, so that a folder inside is made only when all is written.
    fn unfinished(&self, name: &str) -> PathBuf {
        self.path.join(format!(".{}{UNFINISHED}", name.replace('/', "-")))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        for file in &self.files {
            let _ = fs::remove_file(self.unfinished(&file.name));
        }
    }
}

/// Hashes what passes through.
struct Hashing {
    inner: BufWriter<File>,
    hash: Sha256,
    bytes: u64,
}

impl Write for Hashing {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(buffer)?;
        self.hash.update(&buffer[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
