//! siaga

fn main() {}
