namespace SecureConversation.Configuration.Reading;

/// <summary>Limits how many problems are collected.</summary>
internal sealed class ProblemCount(int maximum)
{
    private int _count;

    public void Add(ConfigurationLocation location)
    {
        if (++_count > maximum)
        {
            throw ProblemFactory.Exception(
                location, "", $"There are more than {maximum} problems.", "Correct those before, or raise MaxProblems.");
        }
    }
}
