//! Compiles the protocol with protox, so that no `protoc` is needed.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=weco");
    let files = protox::compile(["weco/v1/weco.proto"], ["."])?;
    // A fake server of a test answers what its test is about and refuses the rest.
    tonic_prost_build::configure().generate_default_stubs(true).compile_fds(files)?;
    Ok(())
}
