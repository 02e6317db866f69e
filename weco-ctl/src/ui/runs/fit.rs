//! How wide each column of a table becomes.

use super::GAP;
use super::cells::Column;

/// Columns of the terminal that each column of the table needs to be worth showing, unless it has less to say.
const LEAST: [usize; Column::ALL.len()] = [8, 11, 13, 5, 14, 12, 9, 6];

/// What is left out if not even the least fits, first to last. The run and its status always stay.
const LEFT_OUT: [Column; 6] =
    [Column::Model, Column::Directory, Column::Name, Column::Age, Column::Metric, Column::Steps];

/// Who gets the room that is left over, first to last.
const WIDENED: [Column; 8] = [
    Column::Run,
    Column::Status,
    Column::Steps,
    Column::Age,
    Column::Metric,
    Column::Name,
    Column::Directory,
    Column::Model,
];

/// Widths that fit into `columns`, at most those that are `natural`; none for what is left out.
pub(super) fn fit(natural: [usize; Column::ALL.len()], columns: usize) -> [Option<usize>; Column::ALL.len()] {
    let mut widths: [Option<usize>; Column::ALL.len()] =
        std::array::from_fn(|index| Some(natural[index].min(LEAST[index])));
    for column in LEFT_OUT {
        if total(&widths) <= columns {
            break;
        }
        widths[column as usize] = None;
    }
    for column in WIDENED {
        let free = columns.saturating_sub(total(&widths));
        if let Some(width) = &mut widths[column as usize] {
            *width = natural[column as usize].min(*width + free);
        }
    }
    widths
}

fn total(widths: &[Option<usize>]) -> usize {
    let shown = widths.iter().flatten();
    shown.clone().sum::<usize>() + GAP * shown.count().saturating_sub(1)
}
