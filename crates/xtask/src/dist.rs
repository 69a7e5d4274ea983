//! `cargo xtask dist`: the optimised binary, a Debian package around it, and what an image is made of. What they hold
//! besides lies in `debian/`.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;

use crate::web;
use crate::workspace::{self, capture, cargo, root, target};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The files of the package: what they are made from, where they go, and their mode.
const FILES: [(&str, &str, u32); 8] = [
    ("crates/xtask/debian/beckon.service", "lib/systemd/system/beckon.service", 0o644),
    ("crates/xtask/debian/beckon.sysusers", "usr/lib/sysusers.d/beckon.conf", 0o644),
    ("crates/xtask/debian/beckon.toml", "etc/beckon/beckon.toml", 0o640),
    ("crates/xtask/debian/conffiles", "DEBIAN/conffiles", 0o644),
    ("crates/xtask/debian/postinst", "DEBIAN/postinst", 0o755),
    ("crates/xtask/debian/examples/haproxy.cfg", "usr/share/doc/beckon/examples/haproxy.cfg", 0o644),
    ("crates/xtask/debian/examples/nginx.conf", "usr/share/doc/beckon/examples/nginx.conf", 0o644),
    ("LICENSE", "usr/share/doc/beckon/copyright", 0o644),
];

/// Builds binary and package, lays out the image, and prints where they are.
///
/// # Errors
/// When a part cannot be built or `dpkg-deb` is missing.
pub(crate) fn run() -> anyhow::Result<()> {
    web::install("web")?;
    web::build()?;
    workspace::run(cargo().args([
        "build",
        "--profile",
        "dist",
        "--package",
        "beckon-server",
        "--bin",
        "beckon",
    ]))?;
    let folder = target()?.join("dist");
    let binary = folder.join("beckon");
    let package = package(&binary, &folder)?;
    let image = image(&binary, &folder)?;
    println!("{}\n{}\n{}", binary.display(), package.display(), image.display());
    Ok(())
}

/// Packs `binary` and the files around it into a package in `folder`.
fn package(binary: &Path, folder: &Path) -> anyhow::Result<PathBuf> {
    let architecture = capture(Command::new("dpkg").arg("--print-architecture"))?.trim().to_owned();
    let stage = tempfile::tempdir()?;
    std::fs::set_permissions(stage.path(), Permissions::from_mode(0o755))?;
    copy(binary, &stage.path().join("usr/bin/beckon"), 0o755)?;
    for (from, to, mode) in FILES {
        copy(&root().join(from), &stage.path().join(to), mode)?;
    }
    std::fs::write(stage.path().join("DEBIAN/control"), control(&architecture)?)?;
    let package = folder.join(format!("beckon_{VERSION}_{architecture}.deb"));
    let mut build = Command::new("dpkg-deb");
    build.args(["--root-owner-group", "--build"]).arg(stage.path()).arg(&package);
    capture(&mut build)?;
    Ok(package)
}

/// Lays `binary` and the description of the image into a folder of their own, of which `docker build` sends nothing else.
fn image(binary: &Path, folder: &Path) -> anyhow::Result<PathBuf> {
    let image = folder.join("image");
    copy(binary, &image.join("beckon"), 0o755)?;
    copy(&root().join("crates/xtask/debian/Dockerfile"), &image.join("Dockerfile"), 0o644)?;
    Ok(image)
}

fn copy(from: &Path, to: &Path, mode: u32) -> anyhow::Result<()> {
    std::fs::create_dir_all(to.parent().context("a file of the package lies in a folder")?)?;
    std::fs::copy(from, to).with_context(|| format!("cannot copy {}", from.display()))?;
    std::fs::set_permissions(to, Permissions::from_mode(mode))?;
    Ok(())
}

/// The control file. The binary needs at most the C library that it was built with.
fn control(architecture: &str) -> anyhow::Result<String> {
    let libc = capture(Command::new("dpkg-query").args(["--show", "--showformat=${Version}", "libc6"]))?;
    let libc = libc.split('-').next().unwrap_or_default().trim();
    Ok(format!(
        "Package: beckon\n\
         Version: {VERSION}\n\
         Architecture: {architecture}\n\
         Maintainer: The Beckon authors <beckon@localhost>\n\
         Section: web\n\
         Priority: optional\n\
         Depends: libc6 (>= {libc}), libgcc-s1, ca-certificates, systemd\n\
         Description: proactive chat for websites\n \
         Watches how visitors move through a site, decides by rules when to offer help,\n \
         and brings the visitor and an agent together. One binary with server, console\n \
         and widget, on an embedded database or on PostgreSQL.\n"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_made_of_everything_that_its_description_names() {
        let folder = tempfile::tempdir().expect("there is room for an image");
        let image = image(Path::new("/bin/true"), folder.path()).expect("the files are there");
        let description = std::fs::read_to_string(image.join("Dockerfile")).expect("it lies there");
        let copied = description.lines().filter_map(|line| line.strip_prefix("COPY ")?.split(' ').next());
        assert_eq!(copied.collect::<Vec<_>>(), ["beckon"]);
        let mode = std::fs::metadata(image.join("beckon")).expect("it lies there").permissions().mode();
        assert_eq!(mode & 0o777, 0o755);
        let user =
            description.lines().position(|line| line == "USER beckon").expect("it does not run as root");
        assert!(description.lines().skip(user).all(|line| !line.starts_with("USER root")));
    }

    #[test]
    fn a_package_has_everything_in_its_place() {
        let folder = tempfile::tempdir().expect("there is room for a package");
        let package = package(Path::new("/bin/true"), folder.path()).expect("dpkg-deb is there");
        let list =
            capture(Command::new("dpkg-deb").arg("--contents").arg(&package)).expect("it is a package");
        for (_, to, _) in FILES.iter().filter(|(_, to, _)| !to.starts_with("DEBIAN")) {
            assert!(
                list.lines().any(|line| line.ends_with(&format!("./{to}")) && line.contains("root/root")),
                "{to}"
            );
        }
        let program =
            list.lines().find(|line| line.ends_with("./usr/bin/beckon")).expect("the binary is inside");
        assert!(program.starts_with("-rwxr-xr-x"), "{program}");
        let about =
            capture(Command::new("dpkg-deb").arg("--field").arg(&package)).expect("it has a control file");
        assert!(about.contains("Package: beckon") && about.contains(VERSION), "{about}");
    }
}
