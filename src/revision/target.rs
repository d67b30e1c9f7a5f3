//! The grammar of targets: `head`, `+1`, `a:b`.

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    Head,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {}
