const GAP = 24;
export function View({ columns = 3 }) {
  return <Grid columns={columns} gap={GAP} margin={12} text="5" />;
}
