namespace SecureConversation.Testing;

/// <summary>
/// How well one sample each of two classes can be told apart: the area under the ROC curve, which is the probability that a sample of the
/// second class is larger than one of the first. 0.5 tells nothing, 0 and 1 tell everything. No assumption about the distributions is made.
/// </summary>
/// <param name="Area">The area; ties count half.</param>
/// <param name="StandardError">Its standard error: the larger of the one estimated by the method of DeLong (1988) and the one under the hypothesis that the classes are the same.</param>
public readonly record struct RocArea(double Area, double StandardError)
{
    /// <summary>By how much the classes can be told apart, from 0 to 0.5.</summary>
    public double Bias => Math.Abs(Area - 0.5);

    /// <summary>Whether the classes can be told apart by more than a tolerance, and not by chance.</summary>
    /// <param name="tolerance">What is allowed.</param>
    /// <param name="errors">How many standard errors are put down to chance.</param>
    public bool Exceeds(double tolerance, double errors = 0) => Bias > tolerance + (errors * StandardError);

    /// <summary>Compares two classes by ranks.</summary>
    public static RocArea Of(IReadOnlyCollection<double> first, IReadOnlyCollection<double> second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (first.Count < 2 || second.Count < 2)
        {
            throw new ArgumentException("Two samples of each class are needed.");
        }

        double[] one = [.. first.Order()], other = [.. second.Order()];
        // For each sample the part of the other class that it beats: their means are the area, their variances its error.
        var byOther = Array.ConvertAll(other, x => Below(one, x));
        var byOne = Array.ConvertAll(one, x => 1 - Below(other, x));
        var area = byOther.Average();
        var deLong = Math.Sqrt((Variance(byOther) / other.Length) + (Variance(byOne) / one.Length));
        var same = Math.Sqrt((one.Length + other.Length + 1.0) / (12.0 * one.Length * other.Length));
        return new RocArea(area, Math.Max(deLong, same));
    }

    public override string ToString() => FormattableString.Invariant($"{Area:F4} ± {StandardError:F4}");

    /// <summary>The part of a sorted class that lies below a value; what equals it counts half.</summary>
    private static double Below(double[] sorted, double value)
    {
        var (low, high) = (Bound(sorted, value, orEqual: false), Bound(sorted, value, orEqual: true));
        return (low + high) / (2.0 * sorted.Length);
    }

    private static int Bound(double[] sorted, double value, bool orEqual)
    {
        var (from, to) = (0, sorted.Length);
        while (from < to)
        {
            var middle = (from + to) / 2;
            if (sorted[middle] < value || (orEqual && sorted[middle] == value))
            {
                from = middle + 1;
            }
            else
            {
                to = middle;
            }
        }

        return from;
    }

    private static double Variance(double[] values)
    {
        var mean = values.Average();
        return values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1);
    }
}
